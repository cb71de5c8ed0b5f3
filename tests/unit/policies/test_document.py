"""TAP-DOC-1, 2, 3, 6 and 7 of the second judge: what may stand in a document, and in which form."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from lib.aspects.provider.projection import VERSION

from .conftest import Violated

STACK: dict[str, Any] = {
    "//": {"metadata": {}},
    "data": {
        "aws_region": {"here": {}},
        "aws_iam_policy_document": {"reads": {"statement": [{"resources": ["${aws_sqs_queue.orders.arn}"]}]}},
    },
    "output": {"queue": {"value": "${aws_sqs_queue.orders.url}", "description": "orders", "sensitive": False}},
    "provider": {"aws": [{"region": "eu-west-1", "default_tags": [{"tags": {"Owner": "somebody"}}]}]},
    "resource": {
        "aws_sqs_queue": {"orders": {"name": "sqs-orders-dev", "policy": "${data.aws_iam_policy_document.reads.json}"}},
        "aws_kms_key": {"key": {"description": "encrypts", "policy": "${data.aws_iam_policy_document.reads.json}"}},
        "aws_sns_topic": {"alerts": {"name": "sns-alerts-dev", "kms_master_key_id": "${aws_kms_key.key.arn}"}},
        "aws_db_instance": {"db": {"identifier": "db-orders-dev", "backup_retention_period": 7}},
        "aws_kinesis_stream": {"events": {"name": "kinesis-events-dev"}},
    },
    "terraform": {
        "backend": {
            "s3": {
                "bucket": "state",
                "encrypt": True,
                "key": "dev/x.tfstate",
                "region": "eu-west-1",
                "use_lockfile": True,
            }
        },
        "required_providers": {"aws": {"source": "aws", "version": VERSION}},
    },
}
REMOVED = object()
QUEUE, TOPIC = "resource.aws_sqs_queue.orders", "resource.aws_sns_topic.alerts"
STATEMENT = "data.aws_iam_policy_document.reads.statement.0"


def changed(path: str, value: Any) -> dict[str, Any]:
    """STACK with a value put in its place, or REMOVED from it."""
    document = copy.deepcopy(STACK)
    *steps, last = path.split(".")
    block: Any = document
    for step in steps:
        block = block[int(step)] if isinstance(block, list) else block.setdefault(step, {})
    if value is REMOVED:
        del block[last]
    else:
        block[last] = value
    return document


@pytest.mark.parametrize("rule", [f"TAP-DOC-{number}" for number in (1, 2, 3, 4, 5, 6, 7)])
def test_a_good_document(violated: Violated, rule: str) -> None:
    assert violated(rule, STACK) == []


@pytest.mark.parametrize(
    ("path", "value", "address", "says"),
    [
        ("variable", {"x": {}}, "", "variable is not allowed"),
        ("removed", [], "", "removed is not allowed"),
        ("locals", "x", "", "locals is not allowed"),
        ("provider", REMOVED, "", "provider is missing"),
        ("terraform", REMOVED, "", "terraform is missing"),
        ("data.external.program", {}, "data.external.program", "data external is not allowed"),
        (f"{QUEUE}.tags", [["a"]], "aws_sqs_queue.orders", "aws_sqs_queue.tags contains a list in a list"),
        (f"{STATEMENT}.actions", [["a"]], "data.aws_iam_policy_document.reads", "statement.actions contains a list"),
        ("output.queue.value", {"a": [["b"]]}, "", "output.queue.value.a contains a list in a list"),
        ("output.queue.precondition", {}, "", "output queue: precondition is not allowed"),
        ("output.queue", "x", "", 'output queue is "x", not a block'),
        ("provider.aws.0.endpoints", [{}], "", "provider aws: endpoints is not allowed"),
        ("provider.aws.0.region", "${file(1)}", "", "provider aws: region is"),
        ("provider.aws.0.default_tags.0.tags.Owner", "%{x}", "", "provider aws default_tags: Owner is"),
        ("provider.aws", [{"region": "a"}, {"region": "b"}], "", "there are 2 aws providers"),
        ("provider.random", [{}], "", "provider: random is not allowed"),
        ("terraform.cloud", {}, "", "terraform: cloud is not allowed"),
        ("terraform.backend", {"local": {}}, "", "terraform backend: local is not allowed"),
        ("terraform.backend.s3.encrypt", False, "", "terraform backend s3: encrypt is false"),
        ("terraform.backend.s3.use_lockfile", REMOVED, "", "use_lockfile is missing"),
        ("terraform.backend.s3.endpoints", {}, "", "terraform backend s3: endpoints is not allowed"),
        ("terraform.backend.s3.bucket", "${x}", "", "terraform backend s3: bucket is"),
        ("terraform.required_providers.aws.version", "~> 5.0", "", f"not hashicorp/aws {VERSION}"),
        ("terraform.required_providers.aws.source", "evil/aws", "", f"not hashicorp/aws {VERSION}"),
        ("import", [{"to": "aws_sqs_queue.orders", "id": "other"}], "", '"other" is not the name'),
        ("import", [{"to": "aws_sqs_queue.nowhere", "id": "sqs-orders-dev"}], "", "is not the name"),
        ("import", {"to": "aws_sqs_queue.orders", "id": "sqs-orders-dev", "for_each": []}, "", "for_each is not"),
        ("moved", [{"from": "aws_sqs_queue.old", "to": "aws_sqs_queue.nowhere"}], "", "does not move to"),
        ("moved", [{"from": "aws_sns_topic.old", "to": "aws_sqs_queue.orders"}], "", "does not move to"),
        ("moved", [{"from": "module.old", "to": "aws_sqs_queue.orders"}], "", "does not move to"),
        ("moved", "x", "", "not a block"),
    ],
)
def test_blocks(violated: Violated, path: str, value: Any, address: str, says: str) -> None:
    found = violated("TAP-DOC-1", changed(path, value))
    assert any(where == address and says in text for where, text in found), found


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("import", [{"to": "aws_sqs_queue.orders", "id": "sqs-orders-dev"}]),
        ("moved", [{"from": "aws_sqs_queue.old", "to": "aws_sqs_queue.orders"}]),
        ("provider.aws", {"region": "eu-west-1"}),
        ("terraform.backend.s3.encrypt", "true"),
        ("terraform.required_providers.aws.source", "hashicorp/aws"),
        ("output", REMOVED),
        ("variable", None),
    ],
)
def test_blocks_that_are_fine(violated: Violated, path: str, value: Any) -> None:
    assert violated("TAP-DOC-1", changed(path, value)) == []


@pytest.mark.parametrize(
    ("path", "value", "address", "says"),
    [
        (f"{QUEUE}.name", "${file(1)}", "aws_sqs_queue.orders", "no rule can read"),
        (f"{QUEUE}.name", "sqs-*-dev", "aws_sqs_queue.orders", "no wildcard or space"),
        (f"{QUEUE}.name", "sqs-${aws_sns_topic.alerts.name}-?", "aws_sqs_queue.orders", "no wildcard or space"),
        (f"{QUEUE}.tags", {"${uuid()}": "x"}, "aws_sqs_queue.orders", "no rule can read"),
        (f"{TOPIC}.display_name", "${aws_sqs_queue.nowhere.arn}", "aws_sns_topic.alerts", "is not declared"),
        (f"{TOPIC}.display_name", "${aws_kms_key.key.description}", "aws_sns_topic.alerts", "may not be referenced"),
        (f"{TOPIC}.display_name", "${data.aws_iam_policy_document.reads.json}", "aws_sns_topic.alerts", "expected"),
        (f"{QUEUE}.policy", "${aws_sns_topic.alerts.name}", "aws_sqs_queue.orders", "expected: document"),
        (
            f"{STATEMENT}.resources",
            ["${aws_sqs_queue.orders.name}"],
            "data.aws_iam_policy_document.reads",
            "expected: arn",
        ),
        ("output.queue.value", {"a": ["${aws_kms_key.key.description}"]}, "", "may not be referenced"),
        ("resource.aws_iam_role.r", {"name": "role-a-dev", "path": "/*/"}, "aws_iam_role.r", "no wildcard or space"),
        ("resource.aws_foo.x", {"a": "${aws_foo.x.name}"}, "aws_foo.x", "may not be referenced"),
        ("resource.aws_glue_job.x", {"a": "${aws_glue_job.x.name}"}, "aws_glue_job.x", "may not be referenced"),
        ("resource.aws_glue_job.x", {"role_arn": "${aws_glue_job.x.id}"}, "aws_glue_job.x", "expected: arn"),
        ("resource.aws_glue_job.x", {"a": "b/${aws_glue_job.x.id}"}, "aws_glue_job.x", "expected"),
        (f"{QUEUE}.tags", {"//": "${file(1)}"}, "aws_sqs_queue.orders", "no rule can read"),
        ("output.queue.value", {"//": "${file(1)}"}, "", "no rule can read"),
    ],
)
def test_expressions(violated: Violated, path: str, value: Any, address: str, says: str) -> None:
    found = violated("TAP-DOC-2", changed(path, value))
    assert [where for where, _ in found] == [address]
    assert says in found[0][1]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{TOPIC}.kms_master_key_id", "${aws_kms_key.key.id}"),
        (f"{TOPIC}.kms_master_key_id", "${aws_kms_key.key.arn[0]}"),
        (f"{STATEMENT}.resources", ["${aws_sqs_queue.orders.arn}/*", "*"]),
        (f"{STATEMENT}.resources", ["arn:aws:sqs:${data.aws_region.here.name}:1:${aws_sqs_queue.orders.name}"]),
        ("resource.aws_glue_job.x", {"a": "${aws_glue_job.x.arn}", "job_id": "${aws_glue_job.x.id}"}),
        (f"{TOPIC}.display_name", "100 % of $ {x}"),
        (f"{TOPIC}.//", "${anything()}"),
        ("output.queue.value", "${aws_kinesis_stream.events.arn}"),
    ],
)
def test_expressions_that_are_fine(violated: Violated, path: str, value: Any) -> None:
    assert violated("TAP-DOC-2", changed(path, value)) == []


@pytest.mark.parametrize(
    ("argument", "value", "says"),
    [
        ("count", 0, "count is set"),
        ("for_each", [], "for_each is set"),
        ("dynamic", {"x": {}}, "dynamic is set"),
        ("redrive", [{"dynamic": {"x": {}}}], "redrive has a dynamic block"),
        ("provisioner", [{"local-exec": {}}], "provisioner is set"),
        ("connection", {}, "connection is set"),
        ("provider", "aws.west", 'provider is "aws.west"'),
        ("lifecycle", {"prevent_destroy": False}, "lifecycle.prevent_destroy is set"),
        ("lifecycle", [{"ignore_changes": ["name"]}], "lifecycle.ignore_changes is set"),
        ("lifecycle", {"create_before_destroy": "${x}"}, "lifecycle.create_before_destroy is"),
        ("lifecycle", "x", 'lifecycle is "x"'),
        ("depends_on", ["aws_kms_key.nowhere"], "depends_on names"),
        ("depends_on", ["${aws_kms_key.key}"], "depends_on names"),
        ("depends_on", [{"aws_kms_key.key": 1}], "depends_on names"),
        ("depends_on", ["aws_kms_key.key.arn"], "depends_on names"),
        ("timeouts", {"create": "${x}"}, "timeouts.create is"),
        ("timeouts", {"destroy": "5m"}, "timeouts.destroy is"),
    ],
)
def test_meta_arguments(violated: Violated, argument: str, value: Any, says: str) -> None:
    """On resources and data sources."""
    for path, address in ((QUEUE, "aws_sqs_queue.orders"), ("data.aws_region.here", "data.aws_region.here")):
        found = violated("TAP-DOC-3", changed(f"{path}.{argument}", value))
        assert [where for where, _ in found] == [address]
        assert says in found[0][1]


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("count", None),
        ("depends_on", ["aws_kms_key.key", "data.aws_region.here"]),
        ("lifecycle", {"create_before_destroy": True}),
        ("provider", "aws"),
        ("timeouts", {"create": "1h30m", "delete": "30m"}),
    ],
)
def test_meta_arguments_that_are_fine(violated: Violated, argument: str, value: Any) -> None:
    assert violated("TAP-DOC-3", changed(f"{QUEUE}.{argument}", value)) == []


def test_names_that_collide(violated: Violated) -> None:
    """In any case of the letters; each of the two is told."""
    document = changed("resource.aws_sqs_queue.twin", {"name": "SQS-orders-dev"})
    assert [where for where, _ in violated("TAP-DOC-6", document)] == ["aws_sqs_queue.orders", "aws_sqs_queue.twin"]


def test_names_are_unique_where_they_must_be(violated: Violated) -> None:
    """Two functions may each have an alias of the same name."""
    aliases = {name: {"name": "alias-live-dev", "function_name": name} for name in ("a", "b")}
    assert violated("TAP-DOC-6", changed("resource.aws_lambda_alias", aliases)) == []
    aliases["b"]["function_name"] = "a"
    assert len(violated("TAP-DOC-6", changed("resource.aws_lambda_alias", aliases))) == 2


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "code.zip", "assets/../code.zip", "assets/.hidden", "assets//x", "${x}", "assets", 1]
)
def test_files_are_assets(violated: Violated, name: Any) -> None:
    function = {"function_name": "lambda-a-dev", "source_code_hash": "A" * 43 + "="}
    good = {**function, "filename": "assets/code/F8C2/lambda.zip"}
    assert violated("TAP-DOC-6", changed("resource.aws_lambda_function.a", good)) == []
    found = violated("TAP-DOC-6", changed("resource.aws_lambda_function.a", {**function, "filename": name}))
    assert [where for where, _ in found] == ["aws_lambda_function.a"]


@pytest.mark.parametrize("hashed", [None, "", "${x}", 1])
def test_a_hash_stands_beside_a_file(violated: Violated, hashed: Any) -> None:
    function = {"function_name": "lambda-a-dev", "filename": "assets/lambda.zip", "source_code_hash": hashed}
    found = violated("TAP-DOC-6", changed("resource.aws_lambda_function.a", function))
    assert [text for _, text in found] == ["source_code_hash has no hash of filename"]


@pytest.mark.parametrize("secret", ["password", "password_wo"])
def test_secrets_hold_no_value(violated: Violated, secret: str) -> None:
    """The finding does not tell it either."""
    found = violated("TAP-DOC-7", changed(f"resource.aws_db_instance.db.{secret}", "hunter2"))
    assert found == [("aws_db_instance.db", f"{secret} is set")]


def test_secrets_at_any_depth_and_of_any_type(violated: Violated) -> None:
    source = {"authorization_type": "API_KEY", "auth_parameters": [{"api_key": [{"key": "k", "value": "v"}]}]}
    found = violated("TAP-DOC-7", changed("resource.aws_cloudwatch_event_connection.c", source))
    assert ("aws_cloudwatch_event_connection.c", "auth_parameters.api_key.value is set") in found


def test_secrets_are_referred_to_nowhere(violated: Violated) -> None:
    reference = "${aws_db_instance.db.password}"
    assert violated("TAP-DOC-7", changed("output.queue.value", reference)) == [
        ("", "output: a value refers to aws_db_instance.db.password, which is a secret")
    ]
    assert [where for where, _ in violated("TAP-DOC-7", changed(f"{TOPIC}.display_name", reference))] == [
        "aws_sns_topic.alerts"
    ]
    assert [where for where, _ in violated("TAP-DOC-7", changed(f"{STATEMENT}.sid", reference))] == [
        "data.aws_iam_policy_document.reads"
    ]
