"""TAP-DOC-7: secrets that are written down, and secrets that are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("resource.aws_db_instance.a", {"password": "hunter2"}),
        ("resource.aws_db_instance.a", {"password": "${aws_sns_topic.alerts.name}"}),
        ("resource.aws_ssm_parameter.a", {"type": "SecureString", "value": "hunter2"}),
        ("resource.aws_secretsmanager_secret_version.a", {"secret_string": "hunter2"}),
        ("resource.aws_lb_listener.a", {"default_action": [{}, {"authenticate_oidc": {"client_secret": "a"}}]}),
        ("output.secret", {"value": "${aws_iam_access_key.a.secret}", "sensitive": True}),
        ("resource.aws_sqs_queue.letters.tags.Key", "${aws_iam_access_key.a.secret}"),
    ],
)
def test_a_secret(violated: Callable[..., set[str]], path: str, value: Any) -> None:
    assert "TAP-DOC-7" in violated(path, value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("resource.aws_db_instance.a", {"password": None, "manage_master_user_password": True}),
        ("resource.aws_lb_listener.a", {"default_action": [{"type": "forward"}]}),
    ],
)
def test_no_secret(violated: Callable[..., set[str]], path: str, value: Any) -> None:
    assert "TAP-DOC-7" not in violated(path, value)
