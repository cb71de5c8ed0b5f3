"""IAM, NET, REG: who may do what, from where, broken in one place."""

from __future__ import annotations

from typing import Any

from .mutation import (
    ACCESS,
    BUCKET,
    DOCUMENT,
    FUNCTION,
    KEY,
    QUEUE,
    REMOVED,
    ROUTE,
    TABLE,
    TOKEN,
    TOPIC,
    Document,
    add,
    body_of,
    change,
    id_of,
    put,
    tracing_statement,
    with_second,
    without_effect,
)

TRUST = "processor/trust_policy"
STAGE, PERMISSION = "aws_apigatewayv2_stage", "aws_lambda_permission"
JSON_POLICY = '{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}'
ACCOUNT = "${data.aws_caller_identity.ME.account_id}"
OWN_ROLE = "${aws_iam_role.ROLE.arn}"
PASSED = {"test": "StringEquals", "variable": "iam:PassedToService", "values": ["lambda.amazonaws.com"]}


def also_allow(document: Document, **statement: Any) -> None:
    """One more statement, at the end of what the processor may do."""
    may = body_of(document, DOCUMENT, "processor/policy_document")["statement"]
    may.append({"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::b"], **statement})


VIOLATIONS = [
    *(
        put("TAP-IAM-1", DOCUMENT, "statement.0.actions", value, "processor/policy_document")
        for value in (
            ["*"],
            ["dynamodb:*"],
            ["dynamodb:Get?tem", "dynamodb:PutItem"],
            ["s3:*Object*"],
            [TOKEN],
            REMOVED,
        )
    ),
    put("TAP-IAM-1", DOCUMENT, "statement.0.not_actions", ["iam:PassRole"], "processor/policy_document"),
    change("TAP-IAM-1", "allowed by silence", without_effect),
    *(
        put("TAP-DEL-7", DOCUMENT, "statement.0.actions", [value], "processor/policy_document")
        for value in ("logs:CreateLogGroup", "LOGS:createloggroup", "logs:*", "logs:Create*Group", "l?gs:*", "*", TOKEN)
    ),
    put("TAP-DEL-7", DOCUMENT, "statement.0.not_actions", ["iam:*"], "processor/policy_document"),
    put("TAP-REG-1", FUNCTION, "environment.variables.REGION", "us-east-1"),
    put("TAP-REG-1", FUNCTION, "dead_letter_config.target_arn", "arn:aws:sqs:eu-west-1:111122223333:sqs-others-dev"),
    put("TAP-REG-1", TOPIC, "display_name", "alerts of AP-SOUTHEAST-2"),
    put("TAP-REG-1", TABLE, "replica", [{"region_name": "us-gov-west-1"}], says="elsewhere"),
    put("TAP-REG-1", DOCUMENT, "statement.0.resources", ["arn:aws:s3:us-west-2:1:b"], "processor/policy_document"),
    add("TAP-REG-1", "aws_subnet", {"availability_zone": "eu-central-1a"}),
    add("TAP-REG-1", "aws_subnet", {"availability_zone_id": "use1-az4"}),
    change("TAP-REG-1", "in an output", lambda document: document["output"].update(where={"value": "eu-west-3"})),
    change("TAP-REG-1", "in a local", lambda document: document.update(locals={"where": ["sa-east-1"]})),
    change("TAP-REG-2", "a second provider", lambda document: document["provider"]["aws"].append({"alias": "other"})),
    change("TAP-REG-2", "an alias", lambda document: document["provider"]["aws"][0].update(alias="main")),
    change("TAP-REG-2", "no provider", lambda document: document.pop("provider")),
    put("TAP-REG-2", TABLE, "provider", "aws.other"),
    put("TAP-REG-2", DOCUMENT, "provider", "aws.other"),
    *(put("TAP-NET-1", ACCESS, "block_public_acls", value) for value in (REMOVED, None, False, "false", TOKEN)),
    *(put("TAP-NET-1", ACCESS, "block_public_policy", value) for value in (REMOVED, False)),
    *(put("TAP-NET-1", ACCESS, "ignore_public_acls", value) for value in (REMOVED, False)),
    *(put("TAP-NET-1", ACCESS, "restrict_public_buckets", value) for value in (REMOVED, False)),
    put("TAP-NET-1", ACCESS, "bucket", "s3-records-dev", "records"),
    put("TAP-NET-1", ACCESS, "bucket", "${aws_s3_bucket.b.id}", "records"),
    change("TAP-NET-1", "no access block", lambda document: document["resource"].pop(ACCESS)),
    change(
        "TAP-NET-1",
        "second access block",
        lambda document: with_second(document, ACCESS, "records", restrict_public_buckets=False),
    ),
    *(put("TAP-NET-2", ROUTE, "authorization_type", value) for value in (REMOVED, None, "NONE", TOKEN)),
    put("TAP-NET-2", ROUTE, "authorization_type", "NONE", "get_payment"),
    add("TAP-NET-2", ROUTE, {"route_key": "$default"}),
    add("TAP-NET-2", "aws_api_gateway_method", {"authorization": "NONE"}),
    add("TAP-NET-2", "aws_lambda_function_url", {"authorization_type": "NONE"}),
    *(
        put("TAP-IAM-2", DOCUMENT, "statement.0.resources", [value], "processor/policy_document")
        for value in (
            "*",
            "arn:aws:dynamodb:*:*:table/*",
            "arn:aws:s3:::*",
            "${aws_dynamodb_table.nowhere.arn}",
            "${data.aws_dynamodb_table.other.arn}",
            "dynamodb-transactions-dev",
            TOKEN,
        )
    ),
    put("TAP-IAM-2", DOCUMENT, "statement.0.resources", ["${aws_kms_key.OWN.arn}*"], "archiver/policy_document"),
    put("TAP-IAM-2", DOCUMENT, "statement.0.resources", ["${aws_kms_key.OWN.arn}", "*"], "processor/policy_document"),
    put("TAP-IAM-2", DOCUMENT, "statement.0.resources", REMOVED, "processor/policy_document"),
    put("TAP-IAM-2", DOCUMENT, "statement.0.not_resources", ["arn:aws:s3:::a"], "processor/policy_document"),
    change(
        "TAP-IAM-2",
        "beside the actions that know no resource",
        lambda document: tracing_statement(document)["actions"].append("s3:GetObject"),
    ),
    change(
        "TAP-IAM-2",
        "another role beneath a path",
        lambda document: also_allow(
            document, actions=["iam:GetRole"], resources=[f"${{aws_iam_role.{id_of(document, 'aws_iam_role')}.arn}}/x"]
        ),
    ),
    change("TAP-IAM-2", "a last statement", lambda document: also_allow(document, resources=["*"])),
    change(
        "TAP-DOC-3",
        "a dynamic statement",
        lambda document: body_of(document, DOCUMENT, "processor/policy_document").update(
            dynamic={"statement": {"for_each": ["a"], "content": {"actions": ["s3:GetObject"], "resources": ["*"]}}}
        ),
    ),
    *(
        put("TAP-IAM-3", DOCUMENT, "statement.0.principals", [{"type": kind, "identifiers": names}], TRUST, kind)
        for kind, names in {
            "AWS": ["arn:aws:iam::111122223333:root"],
            "*": ["*"],
            "Federated": ["accounts.google.com"],
            "Service": ["lambda.amazonaws.com", "*"],
        }.items()
    ),
    put("TAP-IAM-3", DOCUMENT, "statement.0.principals", TOKEN, TRUST),
    put("TAP-IAM-3", DOCUMENT, "statement.0.principals", REMOVED, TRUST),
    put("TAP-IAM-3", DOCUMENT, "statement.0.actions", ["sts:AssumeRole", "sts:TagSession"], TRUST),
    put("TAP-IAM-3", DOCUMENT, "statement.0.condition", [], TRUST),
    put("TAP-IAM-3", DOCUMENT, "statement.0.condition.0.test", "StringEqualsIfExists", TRUST),
    put("TAP-IAM-3", DOCUMENT, "statement.0.condition.0.variable", "aws:RequestedRegion", TRUST),
    put("TAP-IAM-3", DOCUMENT, "statement.0.condition.0.values", ["111122223333"], TRUST),
    put("TAP-IAM-3", DOCUMENT, "statement.0.condition.0.values", ["*"], TRUST),
    put("TAP-IAM-3", "aws_iam_role", "assume_role_policy", "{}"),
    change(
        "TAP-IAM-3",
        "a second statement",
        lambda document: body_of(document, DOCUMENT, TRUST)["statement"].append(
            {"actions": ["sts:AssumeRole"], "principals": [{"type": "AWS", "identifiers": ["*"]}]}
        ),
    ),
    *(
        put("TAP-IAM-4", "aws_iam_role_policy", "policy", value, says=f"number {number}")
        for number, value in enumerate((JSON_POLICY, "${jsonencode({})}", TOKEN, "${data.aws_iam_policy.x.policy}"))
    ),
    put("TAP-IAM-4", "aws_iam_role", "inline_policy", [{"name": "policy-more-dev", "policy": JSON_POLICY}]),
    put("TAP-IAM-4", "aws_iam_role", "managed_policy_arns", ["arn:aws:iam::aws:policy/AdministratorAccess"]),
    add("TAP-IAM-4", "aws_iam_role_policy_attachment", {"policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    add("TAP-IAM-4", "aws_iam_user_policy_attachment", {"policy_arn": "${data.aws_iam_policy.x.arn}"}),
    add("TAP-IAM-4", "aws_vpc_endpoint", {"policy": JSON_POLICY}),
    put("TAP-IAM-4", DOCUMENT, "source_policy_documents", [JSON_POLICY], "processor/policy_document"),
    put("TAP-IAM-4", DOCUMENT, "override_policy_documents", [TOKEN], "processor/policy_document"),
    put("TAP-IAM-4", QUEUE, "policy", JSON_POLICY),
    put("TAP-IAM-4", KEY, "policy", JSON_POLICY),
    *(
        change(
            "TAP-IAM-5",
            f"the topic admits {says}",
            lambda document, admitted=admitted: body_of(document, DOCUMENT, "alerting/policy_document")["statement"][
                0
            ].update(admitted),
        )
        for says, admitted in {
            "everybody": {"principals": [{"type": "*", "identifiers": ["*"]}]},
            "everybody of AWS": {"principals": [{"type": "AWS", "identifiers": ["*"]}]},
            "another account": {"principals": [{"type": "AWS", "identifiers": ["arn:aws:iam::111122223333:root"]}]},
            "a second one": {
                "principals": [
                    {"type": "Service", "identifiers": ["cloudwatch.amazonaws.com"]},
                    {"type": "AWS", "identifiers": ["*"]},
                ]
            },
            "whom nobody knows": {"principals": [{"type": "AWS", "identifiers": [TOKEN]}]},
            "everybody else": {"not_principals": [{"type": "AWS", "identifiers": ["*"]}]},
            "a service for anybody": {"condition": []},
            "a service for another": {
                "condition": [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["111122223333"]}]
            },
            "a service if it likes": {
                "condition": [{"test": "StringEqualsIfExists", "variable": "aws:SourceAccount", "values": [ACCOUNT]}]
            },
        }.items()
    ),
    put("TAP-IAM-5", DOCUMENT, "statement.0.principals.0.identifiers", ["*"], "encryption/key_policy"),
    put("TAP-IAM-5", DOCUMENT, "statement.3.condition", REMOVED, "encryption/key_policy"),
    *(
        change("TAP-IAM-6", f"passes {says}", lambda document, more=more: also_allow(document, **more))
        for says, more in {
            "any role": {"actions": ["iam:PassRole"], "resources": ["*"], "condition": [PASSED]},
            "roles by name": {
                "actions": ["iam:PassRole"],
                "resources": ["arn:aws:iam::111122223333:role/role-a-dev"],
                "condition": [PASSED],
            },
            "to any service": {"actions": ["iam:PassRole"], "resources": [OWN_ROLE]},
            "to a pattern": {
                "actions": ["iam:PassRole"],
                "resources": [OWN_ROLE],
                "condition": [{**PASSED, "test": "StringLike"}],
            },
            "by a pattern": {"actions": ["iam:Pass*"], "resources": [OWN_ROLE]},
            "in small letters": {"actions": ["IAM:passrole"], "resources": [OWN_ROLE]},
        }.items()
    ),
    *(put("TAP-NET-3", PERMISSION, "principal", value) for value in ("*", "111122223333", TOKEN, REMOVED)),
    *(
        put("TAP-NET-3", PERMISSION, "source_arn", value)
        for value in (REMOVED, None, "arn:aws:execute-api:*:*:*", "${aws_apigatewayv2_api.nowhere.execution_arn}/*")
    ),
    put("TAP-NET-3", PERMISSION, "source_arn", REMOVED, "get_payment"),
    put("TAP-NET-3", PERMISSION, "function_url_auth_type", "NONE"),
    put("TAP-NET-4", "aws_apigatewayv2_api", "cors_configuration", {"allow_origins": ["*"]}, says="all origins"),
    put(
        "TAP-NET-4",
        "aws_apigatewayv2_api",
        "cors_configuration",
        {"allow_origins": ["https://pay.example", "https://*"]},
        says="second origin",
    ),
    put("TAP-NET-4", BUCKET, "acl", "public-read"),
    add("TAP-NET-4", "aws_s3_bucket_acl", {"acl": "public-read-write", "bucket": "x"}),
    add("TAP-NET-4", "aws_s3_bucket_acl", {"bucket": "x", "acl": TOKEN}),
    add("TAP-NET-4", "aws_unknown_archive", {"acl": "aws-exec-read"}),
    add("TAP-NET-4", "aws_s3_bucket_cors_configuration", {"cors_rule": [{"allowed_origins": ["*"]}]}),
    *(
        add("TAP-NET-4", "aws_db_instance", {"identifier": "db-a-dev", "publicly_accessible": value}, f"open {value}")
        for value in (True, "true", TOKEN)
    ),
    add("TAP-NET-4", "aws_instance", {"associate_public_ip_address": True}),
    add("TAP-NET-4", "aws_subnet", {"map_public_ip_on_launch": True}),
    add("TAP-NET-4", "aws_lb", {"name": "lb-web-dev", "internal": False}),
    add("TAP-NET-4", "aws_lb", {"load_balancer_type": "network"}),
    add("TAP-NET-4", "aws_security_group", {"ingress": [{"cidr_blocks": ["10.0.0.0/8", "0.0.0.0/0"]}]}),
    add("TAP-NET-4", "aws_security_group", {"name": "group-a-dev", "ingress": {"ipv6_cidr_blocks": ["::/0"]}}),
    add("TAP-NET-4", "aws_security_group_rule", {"type": "ingress", "cidr_blocks": ["0.0.0.0/0"]}),
    add("TAP-NET-4", "aws_vpc_security_group_ingress_rule", {"cidr_ipv4": "0.0.0.0/0"}),
    add("TAP-NET-4", "aws_eks_cluster", {"vpc_config": {"endpoint_public_access": True}}),
    put("TAP-NET-5", STAGE, "default_route_settings", REMOVED),
    *(
        put("TAP-NET-5", STAGE, f"default_route_settings.throttling_{limit}_limit", value)
        for limit in ("rate", "burst")
        for value in (REMOVED, 0, -1, TOKEN)
    ),
    put("TAP-NET-5", STAGE, "route_settings", [{"route_key": "POST /payments", "throttling_rate_limit": 5}]),
    put("TAP-NET-5", STAGE, "access_log_settings", REMOVED),
    *(
        put("TAP-NET-5", STAGE, "access_log_settings.destination_arn", value)
        for value in ("arn:aws:logs:x:1:log-group:a", "${aws_cloudwatch_log_group.nowhere.arn}", TOKEN)
    ),
    add("TAP-NET-5", STAGE, {"name": "stage-more-dev"}),
    add("TAP-NET-5", "aws_api_gateway_stage", {"stage_name": "stage-rest-dev"}),
]
