"""NET: nothing is reachable that is not meant to be, and nobody unnamed gets in."""

from __future__ import annotations

from collections.abc import Iterator

from lib.aspects.model import ResourceRule, Severity, StackRule
from lib.aspects.terraform_json import Attributes, StackView, flag, literal, said

BLOCK = "aws_s3_bucket_public_access_block"
SETTINGS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
# Where a type says who may call, and what it may say; NONE is everybody.
AUTHORIZATION = {
    "aws_apigatewayv2_route": ("authorization_type", ("AWS_IAM", "JWT", "CUSTOM")),
    "aws_api_gateway_method": ("authorization", ("AWS_IAM", "COGNITO_USER_POOLS", "CUSTOM")),
    "aws_lambda_function_url": ("authorization_type", ("AWS_IAM",)),
}


def _public_access(stack: StackView) -> Iterator[tuple[str, str]]:
    for bucket in stack.of("aws_s3_bucket"):
        found = stack.attached_to(bucket, BLOCK, "bucket", "id", "bucket")
        if not found:
            yield bucket.path, f"no {BLOCK} refers to this bucket; expected one with all four settings true"
        for block in found:
            for setting in SETTINGS:
                if flag(block.attributes.get(setting)) is not True:
                    yield block.path, f"{setting} is {said(block.attributes.get(setting))}; expected true"


def _authorization(type_: str, attributes: Attributes) -> Iterator[str]:
    argument, allowed = AUTHORIZATION[type_]
    if literal(attributes.get(argument)) not in allowed:
        yield f"{argument} is {said(attributes.get(argument))}; expected {' or '.join(allowed)}"


PUBLIC_ACCESS = StackRule(
    id="TAP-NET-1",
    title="Buckets block all public access",
    why="One careless policy or ACL would otherwise open the records to everybody.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 1.4.4", "Well-Architected SEC03-BP07"),
    resource_types=("aws_s3_bucket", BLOCK),
    waivable=False,
    fix=f"declare an S3BucketPublicAccessBlock with bucket=<S3Bucket>.id and {', '.join(SETTINGS)} all True",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    check=_public_access,
)

AUTHORIZED = ResourceRule(
    id="TAP-NET-2",
    title="Every route is authorized",
    why="A route without authorization takes payments from whoever finds its address.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 7.2.1", "Well-Architected SEC03-BP01"),
    resource_types=tuple(AUTHORIZATION),
    waivable=False,
    fix="set authorization_type='AWS_IAM' (on a method of a REST API: authorization='AWS_IAM')",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html",
    check=_authorization,
)

RULES = (PUBLIC_ACCESS, AUTHORIZED)
