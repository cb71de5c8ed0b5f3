"""TAP-RUN-7: the code of functions and layers, and container images, come from the stack's assets or repositories."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lib.aspects import container_definitions, image_lifecycle
from lib.aspects.addresses import owned
from lib.aspects.expressions import Reference, parse
from lib.aspects.model import StackRule
from lib.aspects.terraform_json import MISSING, Resource, StackView, as_list, format_value, literal
from lib.findings.finding import Severity

FUNCTION, LAYER = "aws_lambda_function", "aws_lambda_layer_version"
# (type, argument, check): the JSON in these arguments decides which images run and which images are kept.
TEXTS: tuple[tuple[str, str, Callable[[Any], Iterable[str]]], ...] = (
    ("aws_ecs_task_definition", "container_definitions", container_definitions.check),
    ("aws_ecr_lifecycle_policy", "policy", image_lifecycle.check),
)
# A path below `assets/`, the folder to which CDKTF copies files. The path must not contain `.` or `..`.
ASSET = re.compile(r"assets(/(?!\.\.?(/|$))[\w.-]+)+")
# The end of an image's URI: a tag or a digest. https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
IMAGE = re.compile(r":[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64}")


def _own_code(stack: StackView) -> Iterator[tuple[str, str]]:
    for type_, argument, check in TEXTS:
        for resource in stack.of(type_):
            for message in check(resource.attributes.get(argument)):
                yield resource.path, message
    for resource in stack.of(FUNCTION, LAYER):
        for message in _source(stack, resource):
            yield resource.path, message
        for layer in as_list(resource.attributes.get("layers")):
            if not any(own.is_referenced_by(layer, "arn", "id") for own in stack.of(LAYER)):
                yield resource.path, f"layers has {format_value(layer)}; expected the arn of an {LAYER} of this stack"


def _source(stack: StackView, resource: Resource) -> Iterator[str]:
    given = {
        name: value
        for name in ("filename", "image_uri", "s3_bucket", "s3_key")
        if literal(value := resource.attributes.get(name)) is not MISSING
    }
    if len(given) != 1:
        yield f"its code comes from {' and '.join(given) or 'nowhere'}; expected filename or image_uri"
    for name, value in given.items():
        if name == "filename" and not ASSET.fullmatch(str(literal(value))):
            yield f"filename is {format_value(value)}; expected a file below assets/"
        if name == "image_uri" and not is_own_image(stack, value):
            yield f"image_uri is {format_value(value)}; expected <EcrRepository>.repository_url and a tag or digest"
        if name in ("s3_bucket", "s3_key"):  # whoever may write to the bucket could replace the code
            yield f"{name} is {format_value(value)}; expected a file below assets/"


def is_own_image(stack: StackView, uri: Any) -> bool:
    """Return True if an image's URI is the URL of a repository of this stack, with a tag or digest."""
    match parse(uri) if isinstance(uri, str) else ():
        case (Reference(type="aws_ecr_repository", attribute="repository_url") as to, str() as version):
            return owned(stack, to) is not None and IMAGE.fullmatch(version) is not None
    return False


OWN_CODE = StackRule(
    id="TAP-RUN-7",
    title="Code, layers and container images come from this stack",
    why="Whoever may write to another bucket or registry could run code with our functions' permissions.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 6.3.2", "Well-Architected SEC11-BP05"),
    resource_types=(FUNCTION, LAYER, *(type_ for type_, _, _ in TEXTS)),
    waivable=True,
    fix=(
        "set filename to a TerraformAsset, or image_uri to "
        "<EcrRepository>.repository_url and a tag; name layers by <LambdaLayerVersion>.arn"
    ),
    source="https://docs.aws.amazon.com/wellarchitected/latest/framework/sec_appsec_centralize_services_for_packages_and_dependencies.html",
    check=_own_code,
)

RULES = (OWN_CODE,)
