"""Writes the report of a run in four text formats: JSON, JUnit, Markdown and SARIF 2.1.0. HTML: `lib/review/`."""

from lib.reports.files import DEFAULT, clear, write
from lib.reports.report import Report, report_of_aspects

__all__ = ["DEFAULT", "Report", "clear", "report_of_aspects", "write"]
