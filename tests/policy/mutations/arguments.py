"""TAP-DOC-4 to TAP-DOC-7: unclassified types and arguments, collisions of names, files, secrets."""

from __future__ import annotations

from typing import Any

from .mutation import (
    ALARM,
    BUCKET,
    DOCUMENT,
    FUNCTION,
    KEY,
    LOGS,
    QUEUE,
    REMOVED,
    ROUTE,
    TABLE,
    TOKEN,
    TOPIC,
    Body,
    Document,
    Mutation,
    add,
    attach,
    body_of,
    change,
    own_key,
    put,
)
from .provider import CLUSTER, DATABASE, REDIS

POLICY, VARIABLES = "processor/policy_document", "environment.variables"


def twin(kind: str, argument: str, of: str = "", name: str = "", instead: tuple[str, ...] = ()) -> Mutation:
    """A second resource of a type with the name of the first, or with one that differs in its capitals."""

    def apply(document: Document) -> None:
        body = {key: value for key, value in body_of(document, kind, of).items() if key != "//"}
        document["resource"][kind]["twin"] = {**body, argument: name or body[argument]}

    return change("TAP-DOC-6", f"two {kind} with one {argument} {name}".rstrip(), apply, instead=instead)


def named_after(document: Document, kind: str, argument: str) -> None:
    """The second resource of a type takes its name from the first."""
    first, second, *_ = document["resource"][kind]
    document["resource"][kind][second][argument] = f"${{{kind}.{first}.{argument}}}"


def secret(kind: str, body: Body, argument: str, value: Any = "correct-horse-battery", **other: Any) -> Mutation:
    """A secret written down in a resource of a type that is otherwise well made."""
    *steps, last = argument.split(".")
    inner: Any = {last: value}
    for step in reversed(steps):
        inner = {step: inner}
    return add("TAP-DOC-7", kind, {**body, **inner, **other}, f"{argument} {str(value)[:20]}")


def told(kind: str, body: Body, attribute: str, where: str) -> Mutation:
    """A resource of which somebody else is told a secret."""

    def apply(document: Document) -> None:
        add(None, kind, body).apply(document)
        value = f"${{{kind}.added.{attribute}}}"
        if where == "an output":
            document["output"]["leak"] = {"value": value, "sensitive": True}
        elif where == "a function":
            body_of(document, FUNCTION)["environment"]["variables"]["POWERTOOLS_SERVICE_NAME"] = value
        else:
            body_of(document, KEY)["tags"]["More"] = value

    return change("TAP-DOC-7", f"{kind}.{attribute} told in {where}", apply)


USER = {"user_name": "user-a-dev"}
PEM = "-----BEGIN PRIVATE KEY-----"

VIOLATIONS = [
    # Types that nobody has classified
    add("TAP-DOC-4", "aws_transfer_server", {"protocols": ["SFTP"]}),
    add("TAP-DOC-4", "aws_cloudformation_stack", {"name": "stack-a-dev", "template_body": "{}"}),
    add("TAP-DOC-4", "aws_codebuild_project", {"name": "project-a-dev"}),
    add("TAP-DOC-4", "aws_iam_user", {"name": "user-a-dev"}),
    add("TAP-DOC-4", "aws_glue_job", {"name": "job-a-dev"}),
    attach("TAP-DOC-4", "aws_iam_access_key", {"user": "user-a-dev"}),
    attach(
        "TAP-DOC-4", "aws_cloudwatch_query_definition", {"name": "query-errors-dev", "query_string": "fields @message"}
    ),
    attach("TAP-DOC-4", "aws_iam_account_password_policy", {"minimum_password_length": 1}),
    attach("TAP-DOC-4", "aws_ebs_encryption_by_default", {"enabled": False}),
    attach("TAP-DOC-4", "aws_service_of_next_year", {"name": "service-a-dev"}),
    attach("TAP-DOC-4", "null_resource", {"triggers": {}}),
    attach("TAP-DOC-4", "terraform_data", {"input": "a"}),
    attach("TAP-DOC-4", "local_file", {"filename": "a", "content": "b"}),
    attach("TAP-DOC-4", "google_storage_bucket", {"name": "storage-a-dev"}),
    # Arguments that nobody has classified
    *(
        put("TAP-DOC-5", FUNCTION, f"{VARIABLES}.{name}", value)
        for name, value in {
            "AWS_ENDPOINT_URL_DYNAMODB": "https://dynamodb.example.com",
            "AWS_ENDPOINT_URL": "https://example.com",
            "HTTPS_PROXY": "http://proxy.example.com",
            "AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper",
            "PYTHONPATH": "/opt/others",
            "LD_PRELOAD": "/opt/others.so",
            "force_destroy": "false",
        }.items()
    ),
    put("TAP-DOC-5", FUNCTION, VARIABLES, TOKEN, instead=("TAP-DOC-2",)),
    put("TAP-DOC-5", TABLE, "no_such_argument", True),
    put("TAP-DOC-5", BUCKET, "acl", "private", says="deprecated"),
    put("TAP-DOC-5", TABLE, "restore_source_name", "dynamodb-others-dev"),
    put("TAP-DOC-5", TABLE, "import_table", {"s3_bucket_source": {"bucket": "others"}, "input_format": "CSV"}),
    put("TAP-DOC-5", TABLE, "server_side_encryption.no_such_argument", True),
    put("TAP-DOC-5", TABLE, "global_secondary_index.0.no_such_argument", True),
    put(
        "TAP-DOC-2",
        FUNCTION,
        "file_system_config",
        {"arn": "${aws_efs_access_point.a.arn}", "local_mount_path": "/mnt"},
    ),
    put(
        "TAP-DOC-5", FUNCTION, "code_signing_config_arn", "arn:aws:lambda:us-east-1:111122223333:code-signing-config:a"
    ),
    put("TAP-DOC-5", KEY, "custom_key_store_id", "cks-1234567890abcdef0"),
    put("TAP-DOC-5", KEY, "bypass_policy_lockout_safety_check", True),
    put("TAP-DOC-5", BUCKET, "versioning", [{"enabled": False}], instead=("TAP-REC-2",)),
    put("TAP-DOC-5", BUCKET, "lifecycle_rule", [{"enabled": True, "expiration": [{"days": 1}]}]),
    put("TAP-DOC-5", BUCKET, "server_side_encryption_configuration", [{"rule": []}], instead=("TAP-ENC-2",)),
    put("TAP-DOC-5", BUCKET, "request_payer", "Requester"),
    put("TAP-DOC-5", "aws_lambda_alias", "routing_config", {"additional_version_weights": {"1": 1.0}}),
    put("TAP-DOC-5", "aws_lambda_permission", "event_source_token", "amzn1.ask.skill.a"),
    put("TAP-DOC-5", "aws_apigatewayv2_integration", "request_parameters", {"overwrite:path": "/others"}),
    put("TAP-DOC-5", TOPIC, "delivery_policy", '{"http": {"disableSubscriptionOverrides": true}}'),
    put("TAP-DOC-5", DOCUMENT, "statement.0.no_such_argument", "a", POLICY, instead=("TAP-IAM-8",)),
    put("TAP-DOC-5", ROUTE, "id", "a"),
    put("TAP-DOC-5", QUEUE, "tags_all", {"Owner": "somebody"}),
    put("TAP-DOC-5", LOGS, "log_group_class", "DELIVERY"),
    put("TAP-DOC-5", TABLE, "stream_view_type", "KEYS_ONLY"),
    # Collisions
    twin(ALARM, "alarm_name"),
    twin(ALARM, "alarm_name", "processor-errors", "ALARM-Processor-Errors-dev", ("TAP-NAME-2",)),
    twin(QUEUE, "name"),
    twin(TOPIC, "name"),
    twin(TABLE, "name"),
    twin(BUCKET, "bucket", "records"),
    twin(FUNCTION, "function_name"),
    twin(LOGS, "name"),
    twin("aws_iam_role", "name"),
    twin("aws_kms_alias", "name"),
    twin("aws_cloudwatch_dashboard", "dashboard_name"),
    change("TAP-DOC-6", "an alarm named after another", lambda document: named_after(document, ALARM, "alarm_name")),
    change("TAP-DOC-6", "a queue named after another", lambda document: named_after(document, QUEUE, "name")),
    # Files
    *(
        put("TAP-DOC-6", FUNCTION, "filename", name, instead=("TAP-RUN-7",))
        for name in (
            *("/etc/lambda.zip", "../lambda.zip", "assets/../../lambda.zip", "lambda.zip", "~/lambda.zip"),
            *("assets", "file://assets/lambda.zip", "assets/code/../../lambda.zip"),
        )
    ),
    put("TAP-DOC-6", FUNCTION, "source_code_hash", REMOVED, instead=("TAP-RUN-7",)),
    put("TAP-DOC-6", FUNCTION, "source_code_hash", "", instead=("TAP-RUN-7",)),
    # Secrets
    secret("aws_db_instance", DATABASE, "password"),
    secret("aws_db_instance", DATABASE, "password", TOKEN),
    secret("aws_rds_cluster", CLUSTER, "master_password"),
    secret("aws_rds_cluster", CLUSTER, "master_password_wo", master_password_wo_version=1),
    secret("aws_elasticache_replication_group", REDIS, "auth_token"),
    secret("aws_ssm_parameter", {"name": "parameter-a-dev", "type": "SecureString", "key_id": own_key}, "value"),
    secret("aws_secretsmanager_secret_version", {"tags": None, "secret_id": "card"}, "secret_string"),
    secret("aws_secretsmanager_secret_version", {"tags": None, "secret_id": "card"}, "secret_binary"),
    secret("aws_acm_certificate", {"certificate_body": "a"}, "private_key", PEM),
    secret("aws_lb_listener", {"load_balancer_arn": "a"}, "default_action.authenticate_oidc.client_secret"),
    told("aws_iam_access_key", {"user": "user-a-dev", "tags": None}, "secret", "an output"),
    told("aws_iam_access_key", {"user": "user-a-dev", "tags": None}, "ses_smtp_password_v4", "a function"),
    told("aws_db_instance", DATABASE, "password", "a function"),
    told("aws_rds_cluster", CLUSTER, "master_password", "an output"),
    told("aws_cognito_user_pool_client", {"name": "client-a-dev", "tags": None}, "client_secret", "a tag"),
]
