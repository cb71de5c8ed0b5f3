"""Event patterns: those that take some events pass, those that take every event or none do not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lib.aspects.event_pattern import check

GOOD = {"source": ["aws.s3"], "detail-type": ["Object Created"]}
ACCOUNT = "${data.aws_caller_identity.here.account_id}"
BUCKET = "${aws_s3_bucket.archive.arn}"


def findings(**fields: Any) -> list[str]:
    """Of a good pattern with other fields; `detail_type` is detail-type, and one that is None is left out."""
    other = {name.replace("_", "-"): value for name, value in fields.items()}
    return list(check(json.dumps({name: value for name, value in {**GOOD, **other}.items() if value is not None})))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"source": ["payments.processor", "payments.archiver"]},
        {"account": [ACCOUNT], "region": ["${data.aws_region.here.name}"]},
        {"resources": [BUCKET]},
        {"resources": [{"prefix": f"{BUCKET}/audit/"}]},
        {"detail": {"bucket": {"name": ["${aws_s3_bucket.archive.bucket}"]}, "size": [0, None, True]}},
        {"detail": {"state": [{"anything-but": ["running", 3]}], "key": [{"prefix": "audit/"}, {"suffix": ".json"}]}},
        {"detail": {"reason": [{"exists": True}, {"equals-ignore-case": "refused"}, {"anything-but": "late"}]}},
    ],
)
def test_a_pattern_that_takes_some_events_passes(fields: dict[str, Any]) -> None:
    assert findings(**fields) == []


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        # Everything.
        ({"source": None}, "source"),
        ({"detail_type": None}, "detail-type"),
        ({"source": [{"prefix": ""}]}, "source"),
        ({"source": [{"exists": True}]}, "source"),
        ({"source": [{"anything-but": ["nothing"]}]}, "source"),
        ({"source": "aws.s3"}, "source"),
        # Nothing.
        ({"source": []}, "source"),
        ({"source": ["*"]}, "source"),
        ({"source": [""]}, "source"),
        ({"detail_type": ["Object *"]}, "detail-type"),
        ({"detail": {}}, "detail"),
        ({"detail": {"state": []}}, "detail.state"),
        ({"detail": {"state": [{"exists": False}]}}, "detail.state"),
        ({"detail": {"state": [{"anything-but": []}]}}, "detail.state"),
        ({"detail": {"key": [{"prefix": ""}]}}, "detail.key"),
        ({"detail": {"size": [{"numeric": [">", 5, "<", 3]}]}}, "detail.size"),
        ({"detail": {"key": [{"prefix": "a", "suffix": "b"}]}}, "detail.key"),
        ({"detail": {"key": [["a"]]}}, "detail.key"),
        ({"detail": {"$or": [{"a": [1]}, {"b": [2]}]}}, "$or"),
        ({"detail": "running"}, "detail"),
        ({"id": ["6a7e8feb-b491-4cf7-a9f1-bf3703467718"]}, "id"),
        ({"time": [{"prefix": "2017"}]}, "time"),
        ({"$or": [{"source": ["a"]}]}, "$or"),
        # Elsewhere.
        ({"account": ["111122223333"]}, "account"),
        ({"account": [ACCOUNT, "111122223333"]}, "account"),
        ({"account": ["${data.aws_caller_identity.here.user_id}"]}, "account"),
        ({"account": ACCOUNT}, "account"),
        ({"region": [ACCOUNT]}, "region"),
        ({"resources": []}, "resources"),
        ({"resources": ["arn:aws:s3:::somebodys"]}, "resources"),
        ({"resources": [ACCOUNT]}, "resources"),
        ({"resources": [{"wildcard": "*"}]}, "resources"),
        # Not known at synthesis.
        ({"source": [BUCKET]}, "source"),
    ],
)
def test_what_is_wrong_is_named_once(fields: dict[str, Any], place: str) -> None:
    found = findings(**fields)
    assert len(found) == 1
    assert place in found[0]


@pytest.mark.parametrize(
    "pattern",
    [
        None,
        3,
        {},
        "",
        "{",
        "[]",
        '"text"',
        "${aws_s3_bucket.a.id}",
        '{"source": ["a"], "source": ["b"]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_json_object_is_a_finding(pattern: Any) -> None:
    (found,) = check(pattern)
    assert found.startswith("event_pattern is ")
    assert found.endswith("expected an object as JSON")
