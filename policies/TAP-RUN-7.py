"""In Python: container images are in a JSON string, and their repository must be one of this stack."""

import re

from _containers import containers, is_own_image
from _expressions import is_literal, reference
from _stack import StackCheck, shown, texts

# Arguments with code outside of the stack, which may change after the check.
ELSEWHERE = ("s3_bucket", "s3_key", "s3_object_version")
ASSETS = re.compile(r"assets/[A-Za-z0-9_./-]+")


class CodeComesFromTheStack(StackCheck):
    id = "TAP-RUN-7"
    name = "Code, layers and container images come from this stack"
    guideline = (
        "set filename to a file below assets/; set image_uri, or the image of a container, to the repository_url of an "
        "aws_ecr_repository of this stack; refer to layers of this stack"
    )
    types = (
        "aws_ecr_pull_through_cache_rule",
        "aws_ecs_service",
        "aws_ecs_task_definition",
        "aws_lambda_function",
        "aws_lambda_layer_version",
    )

    def violations(self, resource):
        if resource.kind == "aws_ecr_pull_through_cache_rule":
            yield f"upstream_registry_url is {shown(resource.body.get('upstream_registry_url'))}"
        elif resource.kind == "aws_ecs_service":
            kind, name, _ = reference(resource.body.get("task_definition"))
            if kind != "aws_ecs_task_definition" or not resource.stack.declares(kind, name):
                yield f"task_definition is {shown(resource.body.get('task_definition'))}"
        elif resource.kind == "aws_ecs_task_definition":
            yield from foreign_images(resource)
        else:
            yield from foreign_code(resource)


def foreign_code(resource):
    body = resource.body
    for argument in ELSEWHERE:
        if argument in body:
            yield f"{argument} is {shown(body[argument])}"
    file, image = body.get("filename"), body.get("image_uri")
    if image is not None:
        if not is_own_image(resource.stack, image):
            yield f"image_uri is {shown(image)}"
    elif not is_asset(file):
        yield f"filename is {shown(file)}"
    for layer in texts(body.get("layers") or []):
        kind, name, attribute = reference(layer)
        if (kind, attribute) != ("aws_lambda_layer_version", "arn") or not resource.stack.declares(kind, name):
            yield f"layers has {shown(layer)}"


def is_asset(file):
    return is_literal(file) and ASSETS.fullmatch(file) is not None and ".." not in file.split("/")


def foreign_images(resource):
    found = containers(resource.body)
    if found is None:
        yield "container_definitions is not a JSON list of containers"
    for container in found or ():
        if not is_own_image(resource.stack, container.get("image")):
            yield f"image of {shown(container.get('name'))} is {shown(container.get('image'))}"


check = CodeComesFromTheStack()
