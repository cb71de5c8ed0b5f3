"""Metrics as CloudWatch takes them: docs/…/CloudWatch_Embedded_Metric_Format_Specification."""

from __future__ import annotations

import json
from typing import Any

import pytest

from payments.metrics import SECONDS, Metrics


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_counts_add_up_and_a_line_begins_anew(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = Metrics()
    for _ in range(150):
        metrics.add("Errors", 1)
    metrics.add("Age", 2.5, SECONDS)
    metrics.write()
    metrics.write()
    (line,) = lines(capsys)
    assert (line["Errors"], line["Age"], line["service"]) == ([150], [2.5], "payments")
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive == {
        "Namespace": "Payments",
        "Dimensions": [["service"]],
        "Metrics": [{"Name": "Errors", "Unit": "Count"}, {"Name": "Age", "Unit": "Seconds"}],
    }


def test_a_line_has_one_value_for_each_dimension(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = Metrics()
    for status in ("captured", "voided"):
        metrics.add("Payments", 1, dimension=("status", status))
    metrics.write()
    assert [(line["status"], line["Payments"]) for line in lines(capsys)] == [("captured", [1]), ("voided", [1])]


def test_metrics_are_written_though_the_handler_raises(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = Metrics()

    @metrics.written
    def handler() -> None:
        metrics.add("Runs", 1)
        raise KeyError("x")

    with pytest.raises(KeyError):
        handler()
    assert [line["Runs"] for line in lines(capsys)] == [[1]]
