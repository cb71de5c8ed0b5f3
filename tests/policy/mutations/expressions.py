"""TAP-DOC-2: expressions whose value nobody knows before the apply, and text that grows into a pattern."""

from __future__ import annotations

import json

from .mutation import (
    ALARM,
    BUCKET,
    DOCUMENT,
    FUNCTION,
    KEY,
    LOGS,
    QUEUE,
    ROUTE,
    TABLE,
    TOPIC,
    Document,
    Mutation,
    add,
    body_of,
    change,
    put,
    two_replicas,
)

POLICY, TRUST = "processor/policy_document", "processor/trust_policy"
STAGE = "aws_apigatewayv2_stage"
TABLE_NAME = "environment.variables.TRANSACTIONS_TABLE"
PLACE = (KEY, "description", "list_cursors")  # any text may stand here, so that only the expression is at fault


def text(says: str, value: str) -> Mutation:
    """A value where any literal may stand."""
    return put("TAP-DOC-2", *PLACE[:2], value, PLACE[2], says)


def star_described(document: Document, attribute: str, kind: str = KEY) -> None:
    """A resource's own text is a pattern, and a permission names it where an ARN is expected."""
    name = next(iter(document["resource"][kind]))
    document["resource"][kind][name][attribute] = "*"
    statement = body_of(document, DOCUMENT, POLICY)["statement"][0]
    statement["resources"] = [f"${{{kind}.{name}.{attribute}}}"]


def directive(document: Document) -> None:
    """Terraform leaves the account out of the condition."""
    condition = body_of(document, DOCUMENT, TRUST)["statement"][0]["condition"][0]
    condition["values"] = [f"%{{ if false }}{condition['values'][0]}%{{ endif }}"]


def key_of_map(document: Document, key: str) -> None:
    """A tag whose key is an expression."""
    body_of(document, TABLE)["tags"][key] = "a"


VIOLATIONS = [
    # What the author writes, where AWS's own word is expected
    change("TAP-DOC-2", "a description as a resource", lambda document: star_described(document, "description")),
    change(
        "TAP-DOC-2", "a display name as a resource", lambda document: star_described(document, "display_name", TOPIC)
    ),
    put("TAP-DOC-2", FUNCTION, TABLE_NAME, "${aws_sns_topic.TOPIC.display_name}", "processor"),
    put("TAP-DOC-2", ALARM, "metric_query.0.id", "${aws_sns_topic.TOPIC.name}", "archive-failures"),
    add("TAP-DOC-2", "aws_route53_zone", {"name": "${aws_apigatewayv2_api.API.id}", "force_destroy": True}),
    put("TAP-DOC-2", FUNCTION, TABLE_NAME, "${aws_kms_key.OWN.policy}", "processor"),
    put("TAP-DOC-2", FUNCTION, TABLE_NAME, "${aws_kms_key.OWN.tags_all}", "processor"),
    put("TAP-DOC-2", FUNCTION, TABLE_NAME, "${aws_kms_key.OWN.no_such}", "processor"),
    put("TAP-DOC-2", FUNCTION, TABLE_NAME, "${aws_dynamodb_table.nowhere.name}", "processor"),
    put("TAP-DOC-2", FUNCTION, TABLE_NAME, "${data.aws_ssm_parameter.a.value}", "processor"),
    put("TAP-DOC-2", FUNCTION, TABLE_NAME, "${data.aws_region.nowhere.name}", "processor"),
    # Another meaning than the one expected
    put("TAP-DOC-2", FUNCTION, "role", "${aws_iam_role.ROLE.name}"),
    put("TAP-DOC-2", "aws_sns_topic_policy", "arn", "${aws_sns_topic.TOPIC.name}", instead=("TAP-ENC-11",)),
    put("TAP-DOC-2", STAGE, "access_log_settings.destination_arn", "${aws_kms_key.OWN.key_id}", instead=("TAP-NET-5",)),
    # Directives, functions, conditionals, splats, variables
    change("TAP-DOC-2", "a directive in a trust condition", directive),
    text("directive", "%{ if false }a%{ endif }"),
    text("directive that strips", "%{~ for a in [1] ~}${a}%{~ endfor ~}"),
    text("function", '${join("", ["a", "b"])}'),
    text("function of a file", '${file("credentials")}'),
    text("function of a reference", "${upper(aws_kms_key.OWN.arn)}"),
    text("conditional", '${true ? "a" : "b"}'),
    text("splat", "${aws_kms_key.OWN[*].arn}"),
    text("legacy splat", "${aws_kms_key.OWN.*.arn}"),
    text("for", "${[for a in aws_kms_key.OWN : a]}"),
    text("arithmetic", "${1 + 1}"),
    text("literal", '${"*"}'),
    text("nested", '${"${aws_kms_key.OWN.arn}"}'),
    text("unfinished", "${aws_kms_key.OWN.arn"),
    text("empty", "${}"),
    text("whole object", "${aws_kms_key.OWN}"),
    text("deeper attribute", "${aws_kms_key.OWN.timeouts.create}"),
    text("index that is no number", '${aws_kms_key.OWN["a"].arn}'),
    text("index by count", "${aws_kms_key.OWN[count.index].arn}"),
    text("spaces", "${ aws_kms_key.OWN.arn }"),
    text("line break", "${aws_kms_key.OWN.arn\n}"),
    text("stripped", "${~aws_kms_key.OWN.arn~}"),
    text("escape", "$${aws:username}"),
    text("escaped directive", "%%{ if a }"),
    text("policy variable", "&{aws:username}"),
    *(
        text(name, f"${{{name}}}")
        for name in (
            *("var.unknown", "local.everything", "module.far.arn", "each.value", "count.index", "self.arn"),
            *("path.cwd", "terraform.workspace", "provider::aws::arn_parse"),
        )
    ),
    text("second of two", "${aws_kms_key.OWN.arn} and ${var.unknown}"),
    put("TAP-DOC-2", DOCUMENT, "statement.0.resources", ["${aws_kms_key.OWN.arn}/&{aws:username}"], POLICY, "variable"),
    put("TAP-DOC-2", TABLE, "replica", two_replicas({})[:1], says="by a variable"),
    put("TAP-DOC-2", ROUTE, "target", "integrations/${var.unknown}"),
    put("TAP-DOC-2", "aws_cloudwatch_dashboard", "dashboard_body", json.dumps({"widgets": ["${file('a')}"]})),
    change(
        "TAP-DOC-2",
        "a function in an output",
        lambda document: document["output"].update(leak={"value": '${file("credentials")}'}),
    ),
    change(
        "TAP-DOC-2",
        "a directive in the provider's tags",
        lambda document: document["provider"]["aws"][0]["default_tags"][0]["tags"].update(
            Owner="%{ if true }a%{ endif }"
        ),
    ),
    # Keys of maps
    change("TAP-DOC-2", "a tag's key is a variable", lambda document: key_of_map(document, "${var.unknown}")),
    change("TAP-DOC-2", "a tag's key is a directive", lambda document: key_of_map(document, "%{ if true }a%{ endif }")),
    put("TAP-DOC-2", ALARM, "dimensions", {"${var.unknown}": "a"}, "api-server", "key by a variable"),
    # Patterns in what becomes part of an ARN
    put("TAP-DOC-2", "aws_iam_role", "path", "/*/"),
    put("TAP-DOC-2", "aws_iam_role", "path", "/payments?/"),
    put("TAP-DOC-2", TABLE, "name", "dynamodb-*-dev", instead=("TAP-NAME-2",)),
    put("TAP-DOC-2", QUEUE, "name", "sqs-dead?letters-dev", instead=("TAP-NAME-2",)),
    put("TAP-DOC-2", BUCKET, "bucket", "s3-*-dev", instead=("TAP-NAME-2",)),
    put("TAP-DOC-2", LOGS, "name", "/aws/lambda/*/lambda-a-dev", instead=("TAP-NAME-2",)),
    put("TAP-DOC-2", FUNCTION, "function_name", "lambda-*-dev", instead=("TAP-NAME-2",)),
    put("TAP-DOC-2", STAGE, "name", "*", instead=("TAP-NAME-1", "TAP-NAME-2")),
]
