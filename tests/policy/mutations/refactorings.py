"""Refactorings: the same infrastructure, written down in another way. No rule may mind one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .mutation import (
    ACCESS,
    ALARM,
    BUCKET,
    DOCUMENT,
    ENCRYPTION,
    FUNCTION,
    LOGS,
    TABLE,
    VERSIONING,
    Body,
    Document,
    Mutation,
    body_of,
    change,
    id_of,
    put,
    replace_text,
    tls_statement,
)

POLICY = "processor/policy_document"


def named_by_import(kind: str, argument: str, of: str = "") -> Mutation:
    """What `import_from` writes: a resource that exists comes into the state by its own name."""

    def apply(document: Document) -> None:
        name = body_of(document, kind, of)[argument]
        document["import"] = [{"to": f"{kind}.{id_of(document, kind, of)}", "id": name}]

    return change(None, f"{kind} imported", apply)


def moved(kind: str) -> Mutation:
    """What `move_to` and `move_from_id` write."""

    def apply(document: Document) -> None:
        document["moved"] = [{"from": f"{kind}.before", "to": f"{kind}.{id_of(document, kind)}"}]

    return change(None, f"{kind} moved", apply)


def by_bucket(kind: str, argument: str = "bucket") -> Mutation:
    """The bucket is referred to by `.bucket` instead of `.id`."""

    def apply(document: Document) -> None:
        body = body_of(document, kind)
        body[argument] = body[argument].replace(".id}", ".bucket}")

    return change(None, f"{kind}.{argument} by bucket", apply)


def renamed(kind: str, of: str) -> Mutation:
    """Another construct, so another logical id and path."""

    def apply(document: Document) -> None:
        path = body_of(document, kind, of)["//"]["metadata"]["path"]
        replace_text(document, (id_of(document, kind, of), "elsewhere_thing_0123ABCD"), (f'"{path}"', '"S/elsewhere"'))

    return change(None, f"construct of {kind} renamed", apply)


def statements(says: str, rewrite: Callable[[list[Body]], list[Body]], of: str = POLICY) -> Mutation:
    """The statements of a policy document, in another form."""

    def apply(document: Document) -> None:
        body = body_of(document, DOCUMENT, of)
        body["statement"] = rewrite(body["statement"])

    return change(None, f"statements {says}", apply)


def one_for_each_action(written: list[Body]) -> list[Body]:
    """Each statement split into statements of one action; their sids would not be unique."""
    return [
        {**{name: value for name, value in one.items() if name != "sid"}, "actions": [action]}
        for one in written
        for action in one["actions"]
    ]


def merged(written: list[Body]) -> list[Body]:
    """Statements that differ in their actions alone become one."""
    together: dict[str, Body] = {}
    for one in written:
        same = json.dumps({name: value for name, value in one.items() if name not in ("sid", "actions")})
        into = together.setdefault(same, {**one, "actions": []})
        into["actions"] = [*into["actions"], *one["actions"]]
    return list(together.values())


def reordered(value: Any) -> Any:
    """Every object backwards; lists stay, their order may matter."""
    if isinstance(value, dict):
        return {name: reordered(value[name]) for name in reversed(value)}
    return [reordered(item) for item in value] if isinstance(value, list) else value


def backwards(document: Document) -> None:
    """The whole document, every object backwards."""
    content = reordered(document)
    document.clear()
    document.update(content)


def spelled(value: Any) -> Any:
    """Flags and numbers as text, which Terraform reads as the same value."""
    if isinstance(value, dict):
        return {name: inner if name == "//" else spelled(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [spelled(item) for item in value]
    return json.dumps(value) if isinstance(value, bool | int) else value


def spell(document: Document, *kinds: str) -> None:
    """Flags and numbers of the resources of these types as text."""
    for kind in kinds:
        document["resource"][kind] = spelled(document["resource"][kind])


def one_block(document: Document, kind: str, name: str) -> None:
    """A list of one block as an object."""
    for body in document["resource"][kind].values():
        (body[name],) = body[name]


def another_environment(document: Document) -> None:
    """The same stack for another environment and region."""
    replace_text(document, ("-dev", "-qa7"), ("/dev", "/qa7"), ("TapStackdev", "TapStackqa7"), ('"dev', '"qa7'))
    document["provider"]["aws"][0]["region"] = "eu-central-1"
    document["terraform"]["backend"]["s3"]["region"] = "eu-west-1"


def commented(document: Document) -> None:
    """Comments where Terraform takes them."""
    for place in (document["terraform"], document["output"]["kms_key_arn"], body_of(document, TABLE)):
        place["//"] = {"note": "kept for the auditors", **place.get("//", {})}


HARMLESS = [
    named_by_import(TABLE, "name"),
    named_by_import(BUCKET, "bucket", "records"),
    named_by_import(LOGS, "name"),
    named_by_import(FUNCTION, "function_name"),
    moved(TABLE),
    moved(FUNCTION),
    *(by_bucket(kind) for kind in (ENCRYPTION, VERSIONING, ACCESS, "aws_s3_bucket_policy")),
    by_bucket("aws_s3_bucket_logging", "target_bucket"),
    by_bucket("aws_s3_bucket_lifecycle_configuration"),
    *(renamed(kind, of) for kind, of in ((TABLE, ""), (FUNCTION, "archiver"), (BUCKET, "records"), (ALARM, "errors"))),
    statements("split", one_for_each_action),
    statements("merged after a split", lambda written: merged(one_for_each_action(written))),
    statements("backwards", lambda written: written[::-1]),
    statements("of TLS backwards", lambda written: written[::-1], "archive/records"),
    statements("with actions backwards", lambda written: [{**one, "actions": one["actions"][::-1]} for one in written]),
    statements(
        "with conditions backwards",
        lambda written: [{**one, "condition": one["condition"][::-1]} for one in written],
        "encryption/key_policy",
    ),
    change(None, "resources of TLS backwards", lambda document: tls_statement(document)["resources"].reverse()),
    change(None, "every object backwards", backwards),
    change(None, "another environment", another_environment),
    change(None, "comments", commented),
    *(
        change(None, f"flags and numbers of {kind} as text", lambda document, kind=kind: spell(document, kind))
        for kind in (TABLE, BUCKET, FUNCTION, ALARM, LOGS, "aws_kms_key", "aws_apigatewayv2_stage")
    ),
    change(None, "encryption's rule as one block", lambda document: one_block(document, ENCRYPTION, "rule")),
    change(None, "the index as one block", lambda document: one_block(document, TABLE, "global_secondary_index")),
    put(None, FUNCTION, "dead_letter_config", [{"target_arn": "${aws_sqs_queue.QUEUE.arn}"}], says="in a list"),
    put(None, BUCKET, "depends_on", ["aws_kms_alias.ALIAS"], says="alias"),
    put(None, DOCUMENT, "depends_on", ["aws_kms_alias.ALIAS"], POLICY, "alias"),
    put(None, FUNCTION, "lifecycle", [{"create_before_destroy": "true"}], says="created before destroyed, in a list"),
    change(None, "no outputs", lambda document: document.pop("output")),
    change(
        None,
        "an output that is described",
        lambda document: document["output"]["kms_key_arn"].update(description="The key", sensitive=True),
    ),
    change(
        None,
        "the provider as one block",
        lambda document: document["provider"].update(aws=document["provider"]["aws"][0]),
    ),
    change(
        None,
        "the provider without default tags",
        lambda document: document["provider"]["aws"][0].pop("default_tags"),
    ),
    change(
        None,
        "the provider's full source",
        lambda document: document["terraform"]["required_providers"]["aws"].update(source="hashicorp/aws"),
    ),
]
