"""This project's conventions for the first judge. The second judge has its own in policies/_conventions.toml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lib.aspects.conventions import S3, Conventions


def _counted(**kinds: str) -> dict[str, dict[str, Any]]:
    """Return the metrics of one service (name -> entry) from pairs of name and kind."""
    return {name: {"kind": kind, "dimensions": [["service"]]} for name, kind in kinds.items()}


# Service -> the metrics that lib/lambda/payments publishes; a test compares both. Functions take the namespace and the
# service from their environment variables POWERTOOLS_METRICS_NAMESPACE and POWERTOOLS_SERVICE_NAME.
METRICS: Mapping[str, Mapping[str, Any]] = {
    "archiver": _counted(ChangesArchived="activity", ChangesFailed="failures"),
    "processor": {
        **_counted(
            GatewayCircuitOpen="failures",
            GatewayErrors="failures",
            Latency="latency_in_milliseconds",
            LedgerChanges="activity",
            PaymentsAuthorized="activity",
            PaymentsCaptured="activity",
            PaymentsDeclined="refusals",
            PaymentsFailed="failures",
            PaymentsListed="activity",
            PaymentsRead="activity",
            PaymentsRefunded="activity",
            PaymentsReplayed="activity",
            PaymentsTaken="activity",
            PaymentsVoided="activity",
            RequestsRefused="refusals",
            StepsReplayed="activity",
        ),
        "Amount": {"kind": "activity", "dimensions": [["service", "currency"]]},
        "Payments": {"kind": "activity", "dimensions": [["service", "status"]]},
    },
    "settler": _counted(
        GatewayCircuitOpen="failures",
        GatewayErrors="failures",
        OldestPendingSeconds="age_in_seconds",
        PaymentsAuthorized="activity",
        PaymentsDeclined="refusals",
        PendingPayments="backlog",
        SettlerFailures="failures",
    ),
}

PAYMENTS = Conventions(
    name_pattern="{resource-type}-{purpose}-{suffix}",
    required_tags=("Environment", "ManagedBy", "Project", "Owner"),
    backend=S3,
    state_path="{suffix}/{stack}.tfstate",
    runtimes=("python3.11", "python3.12"),
    metrics_namespace="Payments/{suffix}",
    runbook="Runbook: docs/runbooks/{name}.md",
    runbooks=Path(__file__).resolve().parents[2] / "docs" / "runbooks",
    alert_protocols=("email",),
    variables={  # lib/lambda/payments/settings.py reads them
        "ARCHIVE_BUCKET": {"refers_to": ["aws_s3_bucket"], "rule": "TAP-NET-6"},
        "CURSOR_KEY": {"refers_to": ["aws_kms_key"]},
        "GATEWAY_SECRET_ARN": {"refers_to": ["aws_secretsmanager_secret"], "meaning": "arn"},
        "MAXIMUM_AMOUNT": {"minimum": 1, "maximum": 999_999_999_999},
        "MERCHANT_INDEX": "free",
        "PAYMENT_GATEWAY": ["simulated", "stripe"],
        "PENDING_INDEX": "free",
        "TRANSACTIONS_TABLE": {"refers_to": ["aws_dynamodb_table"], "rule": "TAP-NET-6"},
    },
    handler="payments.{service}.handler",
    metrics=METRICS,
)
