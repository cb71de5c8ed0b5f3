"""What counts as left over, and whose it is. That every service is really asked, a deployed stack shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lib.removal import leftovers
from lib.removal.leftovers import TAGGING
from lib.settings import Settings
from lib.targets.ownership import Ownership
from tests.unit.targets.service import Service, refuse

DEV = {"Environment": "dev", "ManagedBy": "cdktf"}
MY_DEV = {"Environment": "my-dev", "ManagedBy": "cdktf"}
# Types without tags of their own, and buckets, which have theirs a moment after they were made.
NAMED_ONLY = ("aws_cloudwatch_dashboard", "aws_cloudwatch_log_resource_policy", "aws_kms_alias", "aws_s3_bucket")
NAMES = ("name", "bucket", "dashboard_name", "policy_name")


def find(ownership: Ownership, **services: Service) -> leftovers.Leftovers:
    return leftovers.find(lambda name: services.get(name, Service()), ownership)


def test_the_tag_tells_one_environment_from_another_whose_name_it_ends() -> None:
    ours = Ownership("dev", kept=("state-dev",))
    assert ours.owns("lambda-archiver-dev", lambda: DEV)
    assert ours.owns("", lambda: DEV), "a key has no name"
    assert not ours.owns("lambda-archiver-my-dev", lambda: MY_DEV)
    assert not ours.owns("", lambda: MY_DEV)
    assert not ours.owns("sqs-somebodys-dev"), "not tagged, and no name of ours"
    assert not ours.owns("lambda-archiver-qa", lambda: DEV | {"Environment": "qa"})
    assert not ours.owns("sqs-x-dev", lambda: {"Environment": "dev", "ManagedBy": "hand"})
    assert not ours.owns("state-dev", lambda: DEV)


def test_without_a_suffix_everything_is_ours_but_what_is_kept() -> None:
    assert Ownership().owns("anything")
    assert not Ownership(kept=("state",)).owns("state")


def test_what_has_no_tags_is_known_by_its_exact_name(synthesize: Callable[..., Any]) -> None:
    settings = Settings(environment_suffix="dev", state_bucket="example-state")
    ours, others = (
        Ownership.of(settings),
        Ownership.of(Settings(environment_suffix="my-dev", state_bucket="example-state")),
    )
    resources = synthesize().json["resource"]
    named = [
        next(attributes[key] for key in NAMES if key in attributes)
        for type_ in NAMED_ONLY
        for attributes in resources.get(type_, {}).values()
    ]
    assert len(named) >= 5
    for name in named:
        assert ours.owns(name), f"{name}: add its purpose to UNTAGGED in lib/targets/ownership.py"
        assert not others.owns(name)
        assert not ours.owns(name.replace("-dev", "-my-dev"))
    assert not ours.owns("example-state")


def test_every_service_of_the_stack_is_asked() -> None:
    result = find(Ownership())
    assert set(result.asked) == {
        *("apigatewayv2", "cloudwatch", "dynamodb", "events", "iam", "kms", "lambda", "logs", "s3", "secretsmanager"),
        *("sns", "sqs"),
    }
    assert result.found == result.pending == []
    assert find(Ownership("dev")).asked == [*result.asked, "tags"]


def test_what_is_left_is_named_and_others_are_not() -> None:
    def queue_tags(QueueUrl: str) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        return {"Tags": MY_DEV if QueueUrl.endswith("-my-dev") else DEV}

    sqs = Service(
        list_queues={"QueueUrls": [f"http://h/1/sqs-x-{suffix}" for suffix in ("dev", "my-dev", "qa")]},
        list_queue_tags=queue_tags,
    )
    s3 = Service(
        list_buckets={"Buckets": [{"Name": name} for name in ("state-dev", "s3-archive-1-dev", "s3-their-dev")]},
        get_bucket_tagging={"TagSet": []},
    )
    mapping = {
        "UUID": "u",
        "FunctionArn": "arn:aws:lambda:r:1:function:lambda-a-dev:live",
        "EventSourceMappingArn": "a",
    }
    functions = Service(list_event_source_mappings={"EventSourceMappings": [mapping]}, list_tags={"Tags": DEV})
    ours = Ownership("dev", frozenset({"s3-archive-1-dev"}), kept=("state-dev",))
    result = find(ours, sqs=sqs, s3=s3, **{"lambda": functions})
    assert sorted(result.found) == [
        "lambda event source mapping u of lambda-a-dev",
        "s3 bucket s3-archive-1-dev",
        "sqs queue http://h/1/sqs-x-dev",
    ]


def test_a_rule_and_a_secret_are_told_by_their_tags() -> None:
    def rule_tags(ResourceARN: str) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        tags = MY_DEV if ResourceARN.endswith("my-dev") else DEV
        return {"Tags": [{"Key": name, "Value": value} for name, value in tags.items()]}

    rules = [{"Name": name, "Arn": f"arn:{name}"} for name in ("rule-settler-dev", "rule-settler-my-dev")]
    secrets = [
        {
            "Name": f"secret-gateway-{name}",
            "ARN": f"arn:{name}",
            "Tags": [{"Key": k, "Value": v} for k, v in of.items()],
        }
        for name, of in (("dev", DEV), ("my-dev", MY_DEV))
    ]
    result = find(
        Ownership("dev"),
        events=Service(list_rules={"Rules": rules}, list_tags_for_resource=rule_tags),
        secretsmanager=Service(list_secrets={"SecretList": secrets}),
    )
    assert result.found == ["eventbridge rule rule-settler-dev", "secret secret-gateway-dev"]


def test_what_is_listed_and_gone_by_now_is_not_left() -> None:
    def iam(code: str) -> Service:
        return Service(list_roles={"Roles": [{"RoleName": "role-x-dev", "Path": "/"}]}, list_role_tags=refuse(code))

    assert find(Ownership("dev"), iam=iam("NoSuchEntity")).found == []
    with pytest.raises(ClientError, match="ServiceFailure"):
        find(Ownership("dev"), iam=iam("ServiceFailure"))


def test_what_has_a_name_like_ours_and_tags_that_may_not_be_read_is_shown_and_fails_no_destroy() -> None:
    """A bucket of another team, whose policy lets no other role in; if it is ours, the tagging API lists it."""
    s3 = Service(
        list_buckets={"Buckets": [{"Name": "s3-their-dev"}, {"Name": "s3-their-qa"}]},
        get_bucket_tagging=refuse("AccessDenied"),
    )
    result = find(Ownership("dev"), s3=s3)
    assert (result.found, result.unread) == ([], ["s3 bucket s3-their-dev"])
    listed = {"ResourceTagMappingList": [{"ResourceARN": "arn:aws:s3:::s3-their-dev"}]}
    result = find(Ownership("dev"), s3=s3, **{TAGGING: Service(get_resources=listed)})
    assert (result.found, result.unread) == (["s3 bucket s3-their-dev, by its tags"], [])


def test_a_key_may_only_be_on_its_way_out() -> None:
    states = {"gone": ("PendingDeletion", DEV), "there": ("Enabled", DEV), "theirs": ("Enabled", MY_DEV)}

    def key(KeyId: str) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        if KeyId == "aws":
            return {"KeyMetadata": {"KeyId": "aws", "KeyState": "Enabled", "KeyManager": "AWS"}}
        date = datetime(2026, 12, 1, tzinfo=UTC)
        return {"KeyMetadata": {"KeyId": KeyId, "KeyState": states[KeyId][0], "DeletionDate": date}}

    def tags(KeyId: str) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        return {"Tags": [{"TagKey": name, "TagValue": value} for name, value in states[KeyId][1].items()]}

    aliases = [
        {"AliasName": "alias/aws/s3"},
        {"AliasName": "alias/kms-x-dev", "TargetKeyId": "there"},
        {"AliasName": "alias/kms-x-my-dev", "TargetKeyId": "theirs"},
    ]
    kms = Service(
        list_keys={"Keys": [{"KeyId": name} for name in (*states, "aws")]},
        describe_key=key,
        list_resource_tags=tags,
        list_aliases={"Aliases": aliases},
    )
    result = find(Ownership("dev"), kms=kms)
    assert result.pending == ["kms key gone, deleted on 2026-12-01"]
    assert result.found == ["kms alias alias/kms-x-dev", "kms key there (Enabled)"]


def test_what_has_our_tag_and_another_name_is_found_and_what_is_gone_is_not() -> None:
    arns = (
        "arn:aws:sqs:eu-west-1:1:handmade",  # stands, under a name that is not ours
        "arn:aws:sqs:eu-west-1:1:sqs-x-dev",  # reported by its name already
        "arn:aws:sqs:eu-west-1:1:sqs-deleted-dev",  # the tagging API has not noticed yet
        "arn:aws:kinesis:eu-west-1:1:stream/more",  # of a service that nobody asks
    )
    sqs = Service(
        list_queues={"QueueUrls": ["http://h/1/handmade", "http://h/1/sqs-x-dev"]}, list_queue_tags={"Tags": DEV}
    )
    asked: list[Any] = []

    def resources(TagFilters: Any) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        asked.append(TagFilters)
        return {"ResourceTagMappingList": [{"ResourceARN": arn} for arn in arns]}

    result = find(Ownership("dev"), sqs=sqs, **{TAGGING: Service(get_resources=resources)})
    assert result.found == [
        "sqs queue http://h/1/sqs-x-dev",
        "sqs queue http://h/1/handmade, by its tags",
        "arn:aws:kinesis:eu-west-1:1:stream/more, by its tags",
    ]
    assert asked == [[{"Key": "Environment", "Values": ["dev"]}, {"Key": "ManagedBy", "Values": ["cdktf"]}]]


@pytest.mark.parametrize("refused", ["describe_key", "list_resource_tags"])
def test_a_key_that_admits_others_only_is_not_ours(refused: str) -> None:
    """On an account that is not empty: a search that fails for somebody else's key would fail every destroy."""

    def key(KeyId: str) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        return {"KeyMetadata": {"KeyId": KeyId, "KeyState": "Enabled"}}

    def tags(KeyId: str) -> dict[str, Any]:  # noqa: N803, ARG001 - as boto3 calls it
        return {"Tags": [{"TagKey": name, "TagValue": value} for name, value in DEV.items()]}

    answers = {"describe_key": key, "list_resource_tags": tags}

    def unless_theirs(KeyId: str) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        return refuse("AccessDeniedException")() if KeyId == "theirs" else answers[refused](KeyId=KeyId)

    listed = {"Keys": [{"KeyId": "theirs"}, {"KeyId": "ours"}]}
    kms = Service(**{"list_keys": listed, **answers, refused: unless_theirs})
    assert find(Ownership("dev"), kms=kms).found == ["kms key ours (Enabled)"]
