"""Writes the report of a run in four formats: JSON, JUnit, Markdown and SARIF 2.1.0. `lib/review/` writes HTML."""

from lib.reports.files import DEFAULT, clear, write
from lib.reports.report import Report, report_of_aspects

__all__ = ["DEFAULT", "Report", "clear", "report_of_aspects", "write"]
