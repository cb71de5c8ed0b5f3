"""One run, four files: JSON for programs, JUnit for CI, Markdown for people, SARIF 2.1.0 for code scanning."""

from lib.reports.files import DEFAULT, clear, write
from lib.reports.report import Report, report_of_aspects

__all__ = ["DEFAULT", "Report", "clear", "report_of_aspects", "write"]
