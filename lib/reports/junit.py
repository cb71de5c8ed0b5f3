"""The report for CI: a test case for each finding, and one for each rule that found nothing."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from lib.findings.finding import severity_name
from lib.reports.report import Entry, Report

# www.w3.org/TR/xml/#charsets: everything else may not stand in XML, not even escaped.
NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(report: Report) -> str:
    """XML as Jenkins, GitLab and GitHub's actions read it."""
    spoken = {entry.rule_id for entry in (*report.findings, *report.waived, *report.skipped)}
    quiet = [rule for rule in report.rules if rule.id not in spoken]
    excused = (*report.waived, *report.skipped)
    suite = ElementTree.Element(
        "testsuite",
        name=f"policies ({report.account['judge']})",
        tests=str(len(report.findings) + len(excused) + len(report.complaints) + len(quiet)),
        failures=str(len(report.findings) + len(report.complaints)),
        errors="0",
        skipped=str(len(excused)),
        time="0",
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in report.account.items():
        ElementTree.SubElement(properties, "property", name=name, value=str(value))
    for entry in report.findings:
        failure = ElementTree.SubElement(_case(suite, entry), "failure", message=_plain(entry.message))
        failure.set("type", severity_name(entry.severity))
        failure.text = _plain("\n".join(filter(None, (entry.text, entry.made_at and f"made at {entry.made_at}"))))
    for complaint in report.complaints:
        case = ElementTree.SubElement(suite, "testcase", classname="waivers", name=_plain(complaint.partition(")")[0]))
        ElementTree.SubElement(case, "failure", message=_plain(complaint), type="WAIVER")
    for entry in excused:
        ElementTree.SubElement(_case(suite, entry), "skipped", message=_plain(_excuse(entry)))
    for rule in quiet:
        ElementTree.SubElement(suite, "testcase", classname=rule.id, name=_plain(rule.title))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _case(suite: ElementTree.Element, entry: Entry) -> ElementTree.Element:
    case = ElementTree.SubElement(suite, "testcase", classname=entry.rule_id, name=_plain(entry.path))
    if entry.line:
        case.set("file", _plain(entry.file))
        case.set("line", str(entry.line))
    return case


def _excuse(entry: Entry) -> str:
    excuse = entry.excuse
    if excuse is None:
        return ""
    until = f" (by {excuse.owner}, until {excuse.expires})" if excuse.owner else ""
    return f"{excuse.stands_at}: {excuse.reason}{until}"


def _plain(text: str) -> str:
    return NO_XML.sub("\ufffd", text)
