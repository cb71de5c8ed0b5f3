"""What a mutation is: one change of the real stack, which breaks one rule or none."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
Body = dict[str, Any]

REMOVED = object()
TOKEN = "${var.unknown}"  # noqa: S105 - Terraform's word for a value that is not known yet
OTHER_KEY = "arn:aws:kms:us-east-1:111122223333:key/1"
TABLE, BUCKET, FUNCTION, KEY = "aws_dynamodb_table", "aws_s3_bucket", "aws_lambda_function", "aws_kms_key"
QUEUE, TOPIC, LOGS, ALARM = "aws_sqs_queue", "aws_sns_topic", "aws_cloudwatch_log_group", "aws_cloudwatch_metric_alarm"
ENCRYPTION, VERSIONING = "aws_s3_bucket_server_side_encryption_configuration", "aws_s3_bucket_versioning"
DOCUMENT = "aws_iam_policy_document"
ACCESS, ROUTE = "aws_s3_bucket_public_access_block", "aws_apigatewayv2_route"


@dataclass(frozen=True)
class Mutation:
    """A change of the stack. `rule` is the id that must be found; None where nothing may be.

    `adds` is the type of the one resource, called "added", that comes to the stack while nothing else changes.
    `waived` are rules that may be found in a harmless variation: it stands for a stack that waives them.
    `instead` are rules of which one may be found in the place of `rule`, where both guarantee the same.
    """

    rule: str | None
    says: str
    apply: Callable[[Document], None]
    adds: str = ""
    waived: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Fit for a directory and a test id."""
        return f"{self.rule or 'harmless'}-{self.says}".replace(" ", "-").replace("/", "-")

    def is_found_in(self, rules: Collection[str]) -> bool:
        """Whether a judge that reports these rules has found the violation."""
        return any(rule in rules for rule in (self.rule, *self.instead))


def put(
    rule: str | None, kind: str, path: str, value: Any, of: str = "", says: str = "", instead: tuple[str, ...] = ()
) -> Mutation:
    """Set (or remove) the argument at `path` in the first resource of `kind` whose construct path contains `of`."""

    def apply(document: Document) -> None:
        *steps, last = path.split(".")
        at: Any = body_of(document, kind, of)
        for step in steps:
            at = at[int(step)] if isinstance(at, list) else at.setdefault(step, {})
        if value is REMOVED:
            del at[int(last) if isinstance(at, list) else last]
        else:
            at[int(last) if isinstance(at, list) else last] = value

    told = "removed" if value is REMOVED else says or ("token" if value == TOKEN else str(value)[:30])
    return Mutation(rule, f"{kind}.{path} {told}{' of ' + of if of else ''}", apply, instead=instead)


def add(
    rule: str | None,
    kind: str,
    body: Body,
    says: str = "",
    waived: tuple[str, ...] = (),
    instead: tuple[str, ...] = (),
) -> Mutation:
    """Add a resource; what rules ask of every resource (tags, a name) is there unless `body` says otherwise."""

    def apply(document: Document) -> None:
        tags = {"Environment": "dev", "ManagedBy": "cdktf", "Project": "payments", "Owner": "somebody"}
        document["resource"].setdefault(kind, {})["added"] = {"tags": tags, **body}

    return Mutation(rule, f"added {kind} {says or next(iter(body), 'empty')}", apply, kind, waived, instead)


def attach(rule: str | None, kind: str, body: Body, says: str = "", instead: tuple[str, ...] = ()) -> Mutation:
    """Add a resource of a type that carries no tags."""
    return add(rule, kind, {**body, "tags": None}, says, instead=instead)


def change(
    rule: str | None,
    says: str,
    apply: Callable[[Document], None],
    waived: tuple[str, ...] = (),
    instead: tuple[str, ...] = (),
) -> Mutation:
    """Anything else."""
    return Mutation(rule, says, apply, waived=waived, instead=instead)


def id_of(document: Document, kind: str, of: str = "") -> str:
    """The logical id of the first resource (or policy document) of a type whose construct path contains `of`."""
    section = "data" if kind == DOCUMENT else "resource"
    for name, body in document[section][kind].items():
        if of in body["//"]["metadata"]["path"]:
            return str(name)
    raise LookupError(f"no {kind} with {of!r} in its path")


def body_of(document: Document, kind: str, of: str = "") -> Body:
    """The arguments of that resource."""
    body: Body = document["data" if kind == DOCUMENT else "resource"][kind][id_of(document, kind, of)]
    return body


def replace_text(document: Document, *changes: tuple[str, str]) -> None:
    """Replace text everywhere: (old, new), one after the other."""
    text = json.dumps(document)
    for old, new in changes:
        text = text.replace(old, new)
    document.clear()
    document.update(json.loads(text))


def tls_statement(document: Document) -> Body:
    """The statement that refuses requests to the records bucket without TLS."""
    statements: list[Body] = body_of(document, DOCUMENT, "archive/records")["statement"]
    return next(statement for statement in statements if statement["effect"] == "Deny")


def tracing_statement(document: Document) -> Body:
    """The statement that lets the payment function send traces, which knows no resource but "*"."""
    statements: list[Body] = body_of(document, DOCUMENT, "processor/policy_document")["statement"]
    return next(statement for statement in statements if "xray:PutTraceSegments" in statement["actions"])


def with_second(document: Document, kind: str, of: str, **changes: Any) -> None:
    """A second resource of a kind on the same bucket."""
    document["resource"][kind]["second"] = {**body_of(document, kind, of), **changes}


def without_effect(document: Document) -> None:
    """A statement that says no effect allows."""
    document["data"][DOCUMENT]["added"] = {"statement": [{"actions": ["s3:*"], "resources": [TOKEN]}]}


def two_replicas(second: Body) -> list[Body]:
    """Replicas of a table: a good one, and `second`."""
    return [
        {"region_name": "${var.other_region}", "kms_key_arn": own_key, "point_in_time_recovery": True},
        {"region_name": "eu-west-3", **second},
    ]


# Placeholders for logical ids of the stack's own, filled in by `mutated`: (type, placeholder, part of the path).
own_key = "${aws_kms_key.OWN.arn}"
OWN = (
    (KEY, "OWN", "encryption"),
    ("aws_kms_alias", "ALIAS", "encryption"),
    ("aws_iam_role", "ROLE", "archiver"),
    (TOPIC, "TOPIC", "alerting"),
    (QUEUE, "QUEUE", "archive_failures"),
    (BUCKET, "RECORDS", "records"),
    (BUCKET, "LOGS", "access_logs"),
    (TABLE, "TABLE", "ledger"),
    (FUNCTION, "FUNCTION", "processor"),
    ("aws_apigatewayv2_api", "API", "front_door"),
)
OWN_DATA = {"aws_caller_identity": "ME", "aws_partition": "PARTITION", "aws_region": "REGION"}


def mutated(document: Document, *mutations: Mutation) -> Document:
    """A copy of the document in which the mutations have happened, one after the other."""
    changed = json.loads(json.dumps(document))  # which is faster than a deep copy
    for mutation in mutations:
        mutation.apply(changed)
    text = json.dumps(changed)
    for kind, placeholder, of in OWN:
        if f"{kind}.{placeholder}" in text:
            text = re.sub(rf"\b{kind}\.{placeholder}\b", f"{kind}.{id_of(document, kind, of)}", text)
    for kind, placeholder in OWN_DATA.items():
        text = text.replace(f"{kind}.{placeholder}.", f"{kind}.{next(iter(document['data'][kind]))}.")
    done: Document = json.loads(text)
    return done
