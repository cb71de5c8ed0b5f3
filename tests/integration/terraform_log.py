"""Which AWS operations Terraform called, read from its log: TF_LOG_PROVIDER and TF_LOG_CORE write a record for each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

# With these, Terraform writes every request of the provider and of the state's backend into a file.
SETTINGS = {"TF_LOG_PROVIDER": "DEBUG", "TF_LOG_CORE": "DEBUG"}
# Of each request its answer: a function's code makes the request's own record too long for the log.
ANSWER = "HTTP Response Received"
# A record begins with its time; values of several lines stand beneath it.
BEGINS = re.compile(r"^\d{4}-\d\d-\d\dT\S+ \[", re.MULTILINE)
VALUE = r' rpc\.{}=(?:"([^"]+)"|(\S+))'


def operations(log: Path) -> set[tuple[str, str]]:
    """(service, operation), each once, by the SDK's names: ("CloudWatch Logs", "CreateLogGroup")."""
    found = set()
    for record in _records(log.read_text(errors="replace")):
        if ANSWER in record.partition("\n")[0]:
            service, method = _value(record, "service"), _value(record, "method")
            assert service, f"an answer without a service: {record[:300]}"
            assert method, f"an answer without an operation: {record[:300]}"
            found.add((service, method))
    assert found, f"{log} tells of no request"
    return found


def _records(text: str) -> Iterator[str]:
    begins = [match.start() for match in BEGINS.finditer(text)]
    for begin, end in zip(begins, [*begins[1:], len(text)], strict=True):
        yield text[begin:end]


def _value(record: str, name: str) -> str:
    found = re.search(VALUE.format(name), " ".join(record.split()))
    return (found.group(1) or found.group(2)) if found else ""
