"""The report as JUnit XML: a test case for each finding, and one for each rule without findings."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from lib.findings.finding import Finding, severity_name
from lib.reports.report import Report, Suppression

# Characters that XML does not allow, not even escaped: www.w3.org/TR/xml/#charsets
NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(report: Report) -> str:
    """Return XML that Jenkins, GitLab and GitHub's actions read."""
    violated = {finding.rule_id for finding in (*report.findings, *(each.finding for each in report.suppressed))}
    passed = [rule for rule in report.rules if rule.id not in violated]
    suite = ElementTree.Element(
        "testsuite",
        name=f"policies ({report.account['judge']})",
        tests=str(len(report.findings) + len(report.suppressed) + len(report.complaints) + len(passed)),
        failures=str(len(report.findings) + len(report.complaints)),
        errors="0",
        skipped=str(len(report.suppressed)),
        time="0",
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in report.account.items():
        ElementTree.SubElement(properties, "property", name=name, value=str(value))
    for finding in report.findings:
        failure = ElementTree.SubElement(_case(suite, report, finding), "failure", message=_plain(finding.message))
        failure.set("type", severity_name(finding.severity))
        failure.text = _plain("\n".join(filter(None, (str(finding), finding.made_at and f"made at {finding.made_at}"))))
    for complaint in report.complaints:
        case = ElementTree.SubElement(suite, "testcase", classname="waivers", name=_plain(complaint.partition(")")[0]))
        ElementTree.SubElement(case, "failure", message=_plain(complaint), type="WAIVER")
    for each in report.suppressed:
        case = _case(suite, report, each.finding)
        ElementTree.SubElement(case, "skipped", message=_plain(_reason(each.suppression)))
    for rule in passed:
        ElementTree.SubElement(suite, "testcase", classname=rule.id, name=_plain(rule.title))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _case(suite: ElementTree.Element, report: Report, finding: Finding) -> ElementTree.Element:
    case = ElementTree.SubElement(suite, "testcase", classname=finding.rule_id, name=_plain(finding.path))
    if finding.line:
        case.set("file", _plain(report.file_of(finding)))
        case.set("line", str(finding.line))
    return case


def _reason(suppression: Suppression) -> str:
    until = f" (by {suppression.owner}, until {suppression.expires})" if suppression.owner else ""
    return f"{suppression.location}: {suppression.reason}{until}"


def _plain(text: str) -> str:
    return NO_XML.sub("\ufffd", text)
