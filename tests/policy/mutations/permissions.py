"""TAP-IAM-1, TAP-IAM-2 and TAP-IAM-7: what may be done, to what, and what would widen it."""

from __future__ import annotations

from typing import Any

from .access import PASSED, also_allow
from .mutation import (
    DOCUMENT,
    TOKEN,
    Document,
    Mutation,
    add,
    attach,
    body_of,
    change,
    own_key,
    put,
    tracing_statement,
)

POLICY, KEY_POLICY, TRUST = "processor/policy_document", "encryption/key_policy", "processor/trust_policy"
OWN_ROLE, OWN_FUNCTION = "${aws_iam_role.ROLE.arn}", "${aws_lambda_function.FUNCTION.arn}"
RECORDS, TABLE_ARN = "${aws_s3_bucket.RECORDS.arn}", "${aws_dynamodb_table.TABLE.arn}"
OTHERS_ROLE = "arn:aws:iam::111122223333:role/role-others-dev"


def allowed(rule: str, says: str, instead: tuple[str, ...] = (), **statement: Any) -> Mutation:
    """One more statement of what the processor may do."""
    return change(rule, f"may {says}", lambda document: also_allow(document, **statement), instead=instead)


def widening(action: str, *resources: str, instead: tuple[str, ...] = ()) -> Mutation:
    """An action by which the processor gives itself, or others, more than it was given."""
    return allowed("TAP-IAM-7", action, instead, actions=[action], resources=list(resources))


def unknown(action: str) -> Mutation:
    """An action that AWS does not know by that spelling."""
    return put("TAP-IAM-1", DOCUMENT, "statement.0.actions.0", action, POLICY, action.replace(" ", "_"))


def key_statement(document: Document, sid: str) -> dict[str, Any]:
    """A statement of the key's policy."""
    written: list[dict[str, Any]] = body_of(document, DOCUMENT, KEY_POLICY)["statement"]
    return next(statement for statement in written if statement["sid"] == sid)


def administered_by(document: Document, role: str) -> None:
    """Somebody else than the account's root administers the key."""
    key_statement(document, "Administration")["principals"] = [{"type": "AWS", "identifiers": [role]}]


def everywhere(document: Document, *actions: str) -> None:
    """Actions that know a resource, allowed on every one, in a statement of their own."""
    also_allow(document, actions=list(actions), resources=["*"])


def without_caller(document: Document) -> None:
    """The key's administration is no longer limited to callers of this account."""
    key_statement(document, "Administration").pop("condition")


def wide_policy(document: Document) -> None:
    """A policy of the topic by which its services may publish to every topic."""
    body_of(document, DOCUMENT, "alerting")["statement"][0]["resources"] = ["*"]


VIOLATIONS = [
    # Actions that AWS does not have
    *(
        unknown(action)
        for action in (
            *("dynamodb:GetItems", "dynamodb:getItem", "DynamoDB:GetItem", "dynamodb:GETITEM", "GetItem", "Get Item"),
            *("dynamodb: GetItem", "dynamodb:GetItem ", "dynamo:GetItem", "s3:GetObjects", "dynamodb:", ":GetItem"),
        )
    ),
    change(
        "TAP-IAM-1",
        "an unknown action that knows no resource",
        lambda document: tracing_statement(document)["actions"].append("xray:PutTraceSegment"),
    ),
    change(
        "TAP-IAM-1",
        "an unknown action of the key",
        lambda document: key_statement(document, "Administration")["actions"].append("kms:AdministerKey"),
    ),
    # Actions on every resource
    *(
        change("TAP-IAM-2", f"{action} everywhere", lambda document, action=action: everywhere(document, action))
        for action in ("sns:Publish", "kms:Decrypt", "lambda:InvokeFunction", "sqs:SendMessage", "logs:PutLogEvents")
    ),
    change(
        "TAP-IAM-2",
        "one of two knows a resource",
        lambda document: everywhere(document, "cloudwatch:PutMetricData", "sns:Publish"),
    ),
    change(
        "TAP-IAM-2",
        "in capitals beside traces",
        lambda document: tracing_statement(document)["actions"].append("SNS:Publish"),
    ),
    change("TAP-IAM-2", "the topic's policy for every topic", wide_policy),
    *(
        put("TAP-IAM-2", DOCUMENT, "statement.0.resources", [resource], POLICY, says, ("TAP-DOC-2",))
        for says, resource in {
            "a name": "${aws_dynamodb_table.TABLE.name}",
            "somebody's table": "arn:aws:dynamodb:eu-west-1:111122223333:table/dynamodb-others-dev",
            "an undeclared index": "${aws_dynamodb_table.gone.arn}/index/a",
            "grown": f"{TABLE_ARN}x",
            "grown by a pattern": f"{TABLE_ARN}?",
            "a pattern before": f"*{TABLE_ARN}",
            "two in one": f"{TABLE_ARN}{TABLE_ARN}",
            "a policy's text": "${data.aws_iam_policy_document.gone.json}",
        }.items()
    ),
    # Permissions management, by AWS's access levels
    widening("iam:PutRolePolicy", OWN_ROLE),
    widening("iam:AttachRolePolicy", OWN_ROLE),
    widening("iam:UpdateAssumeRolePolicy", OWN_ROLE),
    widening("iam:DeleteRolePolicy", OWN_ROLE),
    widening("s3:PutBucketPolicy", RECORDS),
    widening("s3:PutObjectAcl", f"{RECORDS}/*"),
    widening("sns:AddPermission", "${aws_sns_topic.TOPIC.arn}"),
    widening("sqs:SetQueueAttributes", "${aws_sqs_queue.QUEUE.arn}"),
    widening("lambda:AddPermission", OWN_FUNCTION),
    widening("dynamodb:PutResourcePolicy", TABLE_ARN),
    widening("kms:CreateGrant", own_key),
    widening("kms:PutKeyPolicy", own_key),
    widening("logs:PutResourcePolicy", "*"),
    widening("ram:CreateResourceShare", "*"),
    # The known ways round them
    widening("lambda:UpdateFunctionCode", OWN_FUNCTION),
    widening("lambda:UpdateFunctionConfiguration", OWN_FUNCTION),
    widening("lambda:CreateFunction", OWN_FUNCTION),
    widening("sts:AssumeRole", OTHERS_ROLE),
    widening("ssm:SendCommand", "*", instead=("TAP-IAM-2",)),
    widening("ssm:StartSession", "*", instead=("TAP-IAM-2",)),
    widening("codebuild:StartBuild", "*", instead=("TAP-IAM-2",)),
    widening("ecs:ExecuteCommand", "*", instead=("TAP-IAM-2",)),
    widening("ecs:RunTask", "*", instead=("TAP-IAM-2",)),
    widening("ec2:RunInstances", "*", instead=("TAP-IAM-2",)),
    widening("cloudformation:CreateStack", "*", instead=("TAP-IAM-2",)),
    widening("glue:UpdateJob", "*", instead=("TAP-IAM-2",)),
    allowed(
        "TAP-IAM-7",
        "change a function among others",
        actions=["lambda:GetFunction", "lambda:UpdateFunctionCode"],
        resources=[OWN_FUNCTION],
    ),
    allowed("TAP-IAM-7", "pass a role to any service", ("TAP-IAM-6",), actions=["iam:PassRole"], resources=[OWN_ROLE]),
    allowed(
        "TAP-IAM-7",
        "pass a foreign role",
        ("TAP-IAM-6",),
        actions=["iam:PassRole"],
        resources=[OTHERS_ROLE],
        condition=[PASSED],
    ),
    allowed("TAP-IAM-7", "assume its own role", actions=["sts:AssumeRole"], resources=[OWN_ROLE]),
    # The key's administration by another than the account's root with kms:CallerAccount
    change("TAP-IAM-7", "a role administers the key", lambda document: administered_by(document, OWN_ROLE)),
    change("TAP-IAM-7", "the key is administered without a caller", without_caller, instead=("TAP-IAM-5",)),
    change(
        "TAP-IAM-7",
        "a service may grant the key",
        lambda document: key_statement(document, "EncryptedLogGroups")["actions"].append("kms:CreateGrant"),
    ),
    # Resources that grant without a policy
    attach(
        "TAP-IAM-7",
        "aws_kms_grant",
        {"key_id": "${aws_kms_key.OWN.key_id}", "grantee_principal": OWN_ROLE, "operations": ["Decrypt"]},
        instead=("TAP-DOC-4",),
    ),
    attach(
        "TAP-IAM-7",
        "aws_lambda_layer_version_permission",
        {"layer_name": "a", "version_number": 1, "principal": "*", "action": "lambda:GetLayerVersion"},
        instead=("TAP-DOC-4",),
    ),
    attach(
        "TAP-IAM-7",
        "aws_cloudwatch_event_permission",
        {"principal": "*", "statement_id": "everybody", "action": "events:PutEvents"},
        instead=("TAP-DOC-4",),
    ),
    attach(
        "TAP-IAM-7",
        "aws_iam_group_membership",
        {"name": "a", "group": "administrators", "users": ["b"]},
        instead=("TAP-DOC-4",),
    ),
    attach(
        "TAP-IAM-7",
        "aws_vpc_endpoint_service_allowed_principal",
        {"vpc_endpoint_service_id": "a", "principal_arn": "*"},
        instead=("TAP-DOC-4", "TAP-NET-4"),
    ),
    add("TAP-IAM-7", "aws_iam_instance_profile", {"name": "profile-a-dev", "role": "admin"}, instead=("TAP-DOC-4",)),
    put("TAP-IAM-7", DOCUMENT, "statement.0.actions", ["iam:CreateAccessKey", TOKEN], POLICY, instead=("TAP-IAM-1",)),
]
