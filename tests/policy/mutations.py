"""One-step violations of the real stack, and harmless variations of it: data, to be read from top to bottom."""

from __future__ import annotations

from collections.abc import Callable
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
    """A change of the stack. `rule` is the id that must be found; None where nothing may be."""

    rule: str | None
    says: str
    apply: Callable[[Document], None]

    @property
    def name(self) -> str:
        """Fit for a directory and a test id."""
        return f"{self.rule or 'harmless'}-{self.says}".replace(" ", "-").replace("/", "-")


def put(rule: str | None, kind: str, path: str, value: Any, of: str = "", says: str = "") -> Mutation:
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
    return Mutation(rule, f"{kind}.{path} {told}{' of ' + of if of else ''}", apply)


def add(rule: str | None, kind: str, body: Body, says: str = "") -> Mutation:
    """Add a resource; what rules ask of every resource (tags, a name) is there unless `body` says otherwise."""

    def apply(document: Document) -> None:
        tags = {"Environment": "dev", "ManagedBy": "cdktf", "Project": "payments", "Owner": "somebody"}
        document["resource"].setdefault(kind, {})["added"] = {"tags": tags, **body}

    return Mutation(rule, f"added {kind} {says or next(iter(body), 'empty')}", apply)


def change(rule: str | None, says: str, apply: Callable[[Document], None]) -> Mutation:
    """Anything else."""
    return Mutation(rule, says, apply)


def body_of(document: Document, kind: str, of: str = "") -> Body:
    """The arguments of the first resource (or policy document) of a type whose construct path contains `of`."""
    section = "data" if kind == DOCUMENT else "resource"
    for body in document[section][kind].values():
        if of in body["//"]["metadata"]["path"]:
            found: Body = body
            return found
    raise LookupError(f"no {kind} with {of!r} in its path")


def tls_statement(document: Document) -> Body:
    """The statement that refuses requests to the records bucket without TLS."""
    statements: list[Body] = body_of(document, DOCUMENT, "archive/records")["statement"]
    return next(statement for statement in statements if statement["effect"] == "Deny")


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


# The logical id of the stack's key is filled in by `references`.
own_key = "${aws_kms_key.OWN.arn}"


def references(document: Document, text: str) -> str:
    """Put the stack's own logical ids in the place of OWN."""
    return text.replace("aws_kms_key.OWN", f"aws_kms_key.{next(iter(document['resource'][KEY]))}")


VIOLATIONS = [
    # Names
    put("TAP-NAME-1", TABLE, "name", "dynamodb-transactions"),
    put("TAP-NAME-1", TABLE, "name", "dynamodb-transactions-prod"),
    put("TAP-NAME-1", TABLE, "name", "dynamodb-transactionsdev"),
    put("TAP-NAME-1", TABLE, "name", TOKEN),
    put("TAP-NAME-1", TABLE, "name", None),
    put("TAP-NAME-1", BUCKET, "bucket", REMOVED),
    put("TAP-NAME-1", BUCKET, "bucket_prefix", "s3-"),
    put("TAP-NAME-1", TABLE, "global_secondary_index.0.name", "index-merchant"),
    put("TAP-NAME-1", LOGS, "name", "/aws/lambda/lambda-processor"),
    put("TAP-NAME-1", "aws_kms_alias", "name", "alias/kms-payments"),
    put("TAP-NAME-1", FUNCTION, "function_name", "lambda-processor"),
    add("TAP-NAME-1", "aws_kinesis_stream", {"name": "kinesis-orders"}),
    put("TAP-NAME-1", "aws_apigatewayv2_stage", "name", "prod"),
    change("TAP-NAME-1", "no state key", lambda document: document["terraform"].pop("backend")),
    put("TAP-NAME-2", TABLE, "name", "table-transactions-dev"),
    put("TAP-NAME-2", TABLE, "name", "dynamodb-dev"),
    put("TAP-NAME-2", BUCKET, "bucket", "s3-Records-dev"),
    put("TAP-NAME-2", TABLE, "global_secondary_index.0.name", "merchant-dev"),
    put("TAP-NAME-2", "aws_kms_alias", "name", "alias/payments-dev"),
    put("TAP-NAME-2", ALARM, "alarm_name", "errors-dev"),
    add("TAP-NAME-2", "aws_kinesis_stream", {"name": "orders_dev-dev"}),
    # Encryption
    put("TAP-ENC-1", TABLE, "server_side_encryption", REMOVED),
    put("TAP-ENC-1", TABLE, "server_side_encryption.enabled", False),
    put("TAP-ENC-1", TABLE, "server_side_encryption.enabled", "false"),
    put("TAP-ENC-1", TABLE, "server_side_encryption.enabled", TOKEN),
    put("TAP-ENC-1", TABLE, "server_side_encryption.kms_key_arn", REMOVED),
    put("TAP-ENC-1", TABLE, "server_side_encryption.kms_key_arn", None),
    put("TAP-ENC-1", TABLE, "server_side_encryption.kms_key_arn", OTHER_KEY),
    put("TAP-ENC-1", TABLE, "server_side_encryption.kms_key_arn", "${data.aws_kms_key.k.arn}"),
    put("TAP-ENC-1", TABLE, "server_side_encryption.kms_key_arn", "aws_kms_key.k.arn", says="a text"),
    put("TAP-ENC-1", TABLE, "replica", two_replicas({"point_in_time_recovery": True}), says="second without key"),
    put("TAP-ENC-1", TABLE, "dynamic", {"replica": {"for_each": TOKEN, "content": {}}}, says="replica"),
    add("TAP-ENC-1", "aws_dynamodb_table_replica", {"point_in_time_recovery": True}),
    put("TAP-ENC-2", ENCRYPTION, "rule.0.apply_server_side_encryption_by_default.sse_algorithm", "AES256", "records"),
    put(
        "TAP-ENC-2", ENCRYPTION, "rule.0.apply_server_side_encryption_by_default.kms_master_key_id", REMOVED, "records"
    ),
    put(
        "TAP-ENC-2",
        ENCRYPTION,
        "rule.0.apply_server_side_encryption_by_default.kms_master_key_id",
        OTHER_KEY,
        "records",
    ),
    put(
        "TAP-ENC-2",
        ENCRYPTION,
        "rule.0.apply_server_side_encryption_by_default.sse_algorithm",
        "aws:kms",
        "access_logs",
    ),
    put("TAP-ENC-2", ENCRYPTION, "rule", [], "records"),
    put("TAP-ENC-2", ENCRYPTION, "bucket", "s3-records-dev", "records"),
    change(
        "TAP-ENC-2",
        "second rule of a list",
        lambda document: body_of(document, ENCRYPTION, "records")["rule"].append(
            {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
        ),
    ),
    change(
        "TAP-ENC-2",
        "second configuration",
        lambda document: with_second(document, ENCRYPTION, "records", rule=[{"bucket_key_enabled": True}]),
    ),
    change("TAP-ENC-2", "no configuration", lambda document: document["resource"].pop(ENCRYPTION)),
    put("TAP-ENC-3", TOPIC, "kms_master_key_id", REMOVED),
    put("TAP-ENC-3", TOPIC, "kms_master_key_id", None),
    put("TAP-ENC-3", TOPIC, "kms_master_key_id", "alias/aws/sns"),
    put("TAP-ENC-3", TOPIC, "kms_master_key_id", "${aws_kms_alias.a.target_key_arn}"),
    put("TAP-ENC-3", TOPIC, "kms_master_key_id", TOKEN),
    put("TAP-ENC-4", QUEUE, "kms_master_key_id", REMOVED),
    put("TAP-ENC-4", QUEUE, "kms_master_key_id", ""),
    put("TAP-ENC-4", QUEUE, "kms_master_key_id", "${aws_kms_key.k.policy}"),
    add("TAP-ENC-4", QUEUE, {"name": "sqs-more-dev", "sqs_managed_sse_enabled": True}),
    put("TAP-ENC-5", LOGS, "kms_key_id", REMOVED),
    put("TAP-ENC-5", LOGS, "kms_key_id", OTHER_KEY),
    put("TAP-ENC-6", FUNCTION, "kms_key_arn", REMOVED),
    put("TAP-ENC-6", FUNCTION, "kms_key_arn", OTHER_KEY),
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
    *(put("TAP-RUN-1", FUNCTION, "runtime", value) for value in (REMOVED, "python3.9", "nodejs20.x", TOKEN)),
    *(put("TAP-RUN-2", FUNCTION, "dead_letter_config", value) for value in (REMOVED, [])),
    put("TAP-RUN-2", FUNCTION, "dead_letter_config.target_arn", "arn:aws:sqs:us-east-1:111122223333:sqs-others-dev"),
    put("TAP-RUN-2", FUNCTION, "dead_letter_config.target_arn", "${aws_s3_bucket.b.arn}"),
    put("TAP-RUN-2", FUNCTION, "dead_letter_config.target_arn", TOKEN),
    *(put("TAP-RUN-3", FUNCTION, "tracing_config", value) for value in (REMOVED, [])),
    *(put("TAP-RUN-3", FUNCTION, "tracing_config.mode", value) for value in (REMOVED, "PassThrough", TOKEN)),
    put("TAP-RUN-4", FUNCTION, "logging_config", REMOVED),
    put("TAP-RUN-4", FUNCTION, "logging_config.log_group", REMOVED),
    put("TAP-RUN-4", FUNCTION, "logging_config.log_group", "/aws/lambda/lambda-processor-dev"),
    put("TAP-RUN-4", FUNCTION, "logging_config.log_group", TOKEN),
    *(put("TAP-RUN-5", LOGS, "retention_in_days", value) for value in (REMOVED, 0, TOKEN)),
    put("TAP-ENC-7", KEY, "enable_key_rotation", REMOVED),
    put("TAP-ENC-7", KEY, "enable_key_rotation", False),
    put("TAP-ENC-7", KEY, "enable_key_rotation", TOKEN),
    put("TAP-ENC-8", "aws_s3_bucket_policy", "policy", "{}", "records"),
    put("TAP-ENC-8", "aws_s3_bucket_policy", "policy", TOKEN, "records"),
    put("TAP-ENC-8", "aws_s3_bucket_policy", "bucket", "s3-records-dev", "records"),
    put("TAP-ENC-8", DOCUMENT, "override_policy_documents", ["{}"], "archive/records"),
    change("TAP-ENC-8", "no policy", lambda document: document["resource"].pop("aws_s3_bucket_policy")),
    change("TAP-ENC-8", "allows", lambda document: tls_statement(document).update(effect="Allow")),
    change(
        "TAP-ENC-8", "denies reading only", lambda document: tls_statement(document).update(actions=["s3:GetObject"])
    ),
    change("TAP-ENC-8", "bucket only", lambda document: tls_statement(document)["resources"].pop()),
    change("TAP-ENC-8", "of TLS", lambda document: tls_statement(document)["condition"][0].update(values=["true"])),
    change("TAP-ENC-8", "unconditional", lambda document: tls_statement(document).pop("condition")),
    change(
        "TAP-ENC-8",
        "second condition",
        lambda document: tls_statement(document)["condition"].append(
            {"test": "StringEquals", "variable": "aws:PrincipalAccount", "values": ["111122223333"]}
        ),
    ),
    change(
        "TAP-ENC-8",
        "one principal",
        lambda document: tls_statement(document).update(
            principals=[{"type": "AWS", "identifiers": ["arn:aws:iam::111122223333:root"]}]
        ),
    ),
    # Recovery
    put("TAP-REC-1", TABLE, "point_in_time_recovery", REMOVED),
    put("TAP-REC-1", TABLE, "point_in_time_recovery", []),
    put("TAP-REC-1", TABLE, "point_in_time_recovery.enabled", False),
    put("TAP-REC-1", TABLE, "point_in_time_recovery.enabled", "false"),
    put("TAP-REC-1", TABLE, "point_in_time_recovery.enabled", TOKEN),
    put("TAP-REC-1", TABLE, "replica", two_replicas({"kms_key_arn": own_key}), says="second without"),
    add("TAP-REC-1", "aws_dynamodb_table_replica", {"kms_key_arn": own_key}),
    put("TAP-REC-2", VERSIONING, "versioning_configuration.status", "Suspended"),
    put("TAP-REC-2", VERSIONING, "versioning_configuration.status", TOKEN),
    put("TAP-REC-2", VERSIONING, "versioning_configuration", REMOVED),
    put("TAP-REC-2", VERSIONING, "bucket", "s3-records-dev", "records"),
    change("TAP-REC-2", "no versioning", lambda document: document["resource"].pop(VERSIONING)),
    add("TAP-REC-2", BUCKET, {"bucket": "s3-more-dev", "force_destroy": True}),
    # Deletion
    put("TAP-DEL-1", TABLE, "deletion_protection_enabled", True),
    put("TAP-DEL-1", TABLE, "deletion_protection_enabled", "true"),
    put("TAP-DEL-1", TABLE, "deletion_protection_enabled", TOKEN),
    add("TAP-DEL-1", "aws_lb", {"name": "lb-web-dev", "enable_deletion_protection": True}),
    add("TAP-DEL-1", "aws_cognito_user_pool", {"name": "pool-users-dev", "deletion_protection": "ACTIVE"}),
    add("TAP-DEL-1", "aws_qldb_ledger", {"name": "ledger-money-dev"}),
    put("TAP-DEL-1", TABLE, "replica", two_replicas({"deletion_protection_enabled": True}), says="second protected"),
    put("TAP-DEL-2", TABLE, "lifecycle", {"prevent_destroy": True}),
    put("TAP-DEL-2", TABLE, "lifecycle", [{"prevent_destroy": True}], says="in a list"),
    put("TAP-DEL-2", LOGS, "lifecycle", {"prevent_destroy": TOKEN}),
    add("TAP-DEL-2", "random_id", {"tags": None, "byte_length": 4, "lifecycle": {"prevent_destroy": "true"}}),
    put("TAP-DEL-3", LOGS, "skip_destroy", True),
    put("TAP-DEL-3", LOGS, "skip_destroy", TOKEN),
    add("TAP-DEL-3", "aws_db_instance", {"identifier": "db-more-dev"}),
    add("TAP-DEL-3", "aws_db_instance", {"skip_final_snapshot": False}),
    put("TAP-DEL-4", BUCKET, "object_lock_enabled", True),
    put("TAP-DEL-4", BUCKET, "object_lock_configuration", {"object_lock_enabled": "Enabled"}),
    put("TAP-DEL-4", BUCKET, "dynamic", {"object_lock_configuration": {"for_each": ["a"], "content": {}}}),
    add("TAP-DEL-4", "aws_s3_bucket_object_lock_configuration", {"tags": None, "bucket": "x"}),
    add("TAP-DEL-4", "aws_s3_object", {"object_lock_legal_hold_status": "ON"}),
    put("TAP-DEL-5", BUCKET, "force_destroy", REMOVED),
    put("TAP-DEL-5", BUCKET, "force_destroy", False),
    put("TAP-DEL-5", BUCKET, "force_destroy", TOKEN),
    add("TAP-DEL-5", "aws_ecr_repository", {"name": "ecr-images-dev"}),
    add("TAP-DEL-5", "aws_route53_zone", {"name": "example.com", "force_destroy": False}),
    put("TAP-DEL-6", KEY, "deletion_window_in_days", 30),
    put("TAP-DEL-6", KEY, "deletion_window_in_days", REMOVED),
    put("TAP-DEL-6", KEY, "deletion_window_in_days", TOKEN),
    add("TAP-DEL-6", "aws_secretsmanager_secret", {"name": "secret-card-dev"}),
    # Tags
    put("TAP-TAG-1", TABLE, "tags", REMOVED),
    put("TAP-TAG-1", TABLE, "tags", TOKEN),
    put("TAP-TAG-1", TABLE, "tags.Owner", REMOVED),
    put("TAP-TAG-1", TABLE, "tags.Project", ""),
    put("TAP-TAG-1", TABLE, "tags.Project", "  "),
    put("TAP-TAG-1", TABLE, "tags.ManagedBy", TOKEN),
    put("TAP-TAG-1", TABLE, "tags.Environment", None),
    add("TAP-TAG-1", "aws_kinesis_stream", {"tags": {"Owner": "me"}, "name": "kinesis-orders-dev"}),
    add("TAP-TAG-1", "aws_autoscaling_group", {"tags": None, "name": "group-web-dev", "tag": []}),
]

HARMLESS = [
    change(None, "nothing", lambda _: None),
    put(None, TABLE, "name", "dynamodb-a-second-ledger2-dev"),
    put(None, QUEUE, "name", "sqs-in-order-dev.fifo"),
    put(None, TABLE, "point_in_time_recovery", [{"enabled": True}], says="in a list"),
    put(None, TABLE, "point_in_time_recovery.enabled", "true"),
    put(None, TABLE, "server_side_encryption", [{"enabled": "true", "kms_key_arn": own_key}], says="in a list"),
    put(None, TABLE, "deletion_protection_enabled", REMOVED),
    put(None, TABLE, "deletion_protection_enabled", "false"),
    put(None, TABLE, "lifecycle", {"prevent_destroy": False, "ignore_changes": ["read_capacity"]}),
    put(None, TABLE, "replica", two_replicas({"kms_key_arn": own_key, "point_in_time_recovery": True})[:1]),
    put(None, TABLE, "billing_mode", None),
    put(None, TOPIC, "kms_master_key_id", own_key.replace("arn", "id")),
    put(None, FUNCTION, "environment.variables.force_destroy", "false"),
    put(None, DOCUMENT, "statement.0.effect", None, "processor/policy_document"),
    put(None, TABLE, "provider", "aws"),
    put(None, TOPIC, "display_name", "us-east-10th avenue, north-1"),
    put(None, ACCESS, "block_public_acls", "true"),
    put(None, ROUTE, "authorization_type", "JWT"),
    put(None, FUNCTION, "runtime", "python3.11"),
    put(None, FUNCTION, "tracing_config", [{"mode": "Active"}], says="in a list"),
    put(None, LOGS, "retention_in_days", "400"),
    put(None, VERSIONING, "versioning_configuration", [{"status": "Enabled"}], says="in a list"),
    put(None, KEY, "deletion_window_in_days", "7"),
    put(None, KEY, "tags.More", "than asked"),
    put(None, BUCKET, "force_destroy", "true"),
    add(None, "aws_cognito_user_pool", {"name": "pool-users-dev", "deletion_protection": "INACTIVE"}),
    add(None, "aws_route53_zone", {"name": "example.com", "force_destroy": True}),
    add(None, "aws_secretsmanager_secret", {"name": "secret-card-dev", "recovery_window_in_days": 0}),
    add(None, KEY, {"customer_master_key_spec": "RSA_2048", "deletion_window_in_days": 7}),
]
