"""RUN-7: code, layers and images from elsewhere, and from this stack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.judge import judge

from .conftest import FAMILIES

FUNCTION, LAYER = "aws_lambda_function.processor", "aws_lambda_layer_version.a"
REPOSITORY = "${aws_ecr_repository.images.repository_url}"
DIGEST = "@sha256:" + 64 * "a"


@pytest.mark.parametrize(
    ("filename", "is_own"),
    [
        ("assets/code_zip_CBE380B5/F8C2D02F/lambda.zip", True),
        ("assets/a.zip", True),
        ("assets/../../etc/passwd", False),
        ("assets/..", False),
        ("assets/./a.zip", False),
        ("assets/a/../../../x.zip", False),
        ("assets//a.zip", False),
        ("assets", False),
        ("assets/", False),
        ("other/a.zip", False),
        ("/srv/theirs.zip", False),
        ("./assets/a.zip", False),
        ("${path.module}/a.zip", False),
        ("${var.file}", False),
        ("", False),
    ],
)
def test_a_file_lies_in_the_assets(broken: Callable[..., set[str]], filename: str, is_own: bool) -> None:
    assert broken(FUNCTION, "filename", filename) == (set() if is_own else {"TAP-RUN-7"})
    layer = {"layer_name": "layer-a-dev", "filename": filename}
    assert broken(LAYER, "", layer) == (set() if is_own else {"TAP-RUN-7"})


@pytest.mark.parametrize(
    ("source", "is_own"),
    [
        ({"s3_bucket": "${aws_s3_bucket.records.id}", "s3_key": "code.zip"}, False),
        ({"s3_bucket": "${aws_s3_bucket.records.bucket}", "s3_key": "code.zip"}, False),
        ({"s3_bucket": "theirs", "s3_key": "code.zip"}, False),
        ({"s3_bucket": "${aws_s3_bucket.nowhere.id}", "s3_key": "code.zip"}, False),
        ({"s3_bucket": "${data.aws_s3_bucket.theirs.id}", "s3_key": "code.zip"}, False),
        ({"s3_bucket": "${var.bucket}", "s3_key": "code.zip"}, False),
        ({"s3_key": "code.zip"}, False),
        ({"image_uri": f"{REPOSITORY}:v1.2"}, True),
        ({"image_uri": f"{REPOSITORY}{DIGEST}"}, True),
        ({"image_uri": REPOSITORY}, False),  # whatever is latest
        ({"image_uri": f"{REPOSITORY}/theirs:v1"}, False),
        ({"image_uri": f"{REPOSITORY}.example/x:v1"}, False),
        ({"image_uri": "${aws_ecr_repository.nowhere.repository_url}:v1"}, False),
        ({"image_uri": "${aws_ecr_repository.images.arn}:v1"}, False),
        ({"image_uri": "111122223333.dkr.ecr.elsewhere.amazonaws.com/theirs:v1"}, False),
        ({"image_uri": "public.ecr.aws/lambda/python:3.12"}, False),
        ({"image_uri": "${var.image}"}, False),
        ({"filename": "assets/a.zip", "s3_bucket": "${aws_s3_bucket.records.id}"}, False),
        ({}, False),
    ],
)
def test_code_comes_from_one_place_of_this_stack(good: dict[str, Any], source: dict[str, str], is_own: bool) -> None:
    tags = good["resource"]["aws_sns_topic"]["alerts"]["tags"]
    encryption = {"encryption_type": "KMS", "kms_key": "${aws_kms_key.main.arn}"}
    images = {"name": "ecr-images-dev", "force_delete": True, "encryption_configuration": encryption, "tags": tags}
    good["resource"]["aws_ecr_repository"] = {"images": images}
    function = good["resource"]["aws_lambda_function"]["processor"]
    del function["filename"]
    function.update(source)
    assert {finding.rule_id for finding in judge(good, FAMILIES)} == (set() if is_own else {"TAP-RUN-7"})


@pytest.mark.parametrize(
    ("layers", "is_own"),
    [
        (["${aws_lambda_layer_version.a.arn}"], True),
        ([], True),
        (["arn:aws:lambda:x:111122223333:layer:theirs:1"], False),
        (["${aws_lambda_layer_version.a.arn}", "arn:aws:lambda:x:111122223333:layer:theirs:1"], False),
        (["${aws_lambda_layer_version.nowhere.arn}"], False),
        (["${aws_lambda_layer_version.a.layer_arn}:7"], False),
        ("${var.layers}", False),
    ],
)
def test_layers_are_of_this_stack(good: dict[str, Any], layers: Any, is_own: bool) -> None:
    good["resource"]["aws_lambda_layer_version"] = {
        id_: {"layer_name": f"layer-{id_}-dev", "filename": f"assets/{id_}.zip"} for id_ in ("a", "b")
    }
    good["resource"]["aws_lambda_function"]["processor"]["layers"] = layers
    assert {finding.rule_id for finding in judge(good, FAMILIES)} == (set() if is_own else {"TAP-RUN-7"})


@pytest.mark.parametrize(
    ("type_", "argument"),
    [("aws_ecs_task_definition", "container_definitions"), ("aws_ecr_lifecycle_policy", "policy")],
)
def test_texts_that_name_images_are_read(broken: Callable[..., set[str]], type_: str, argument: str) -> None:
    """What may stand in them: test_container_definitions.py, test_image_lifecycle.py."""
    assert "TAP-RUN-7" in broken(f"{type_}.a", "", {argument: "${var.text}"})
    assert "TAP-RUN-7" in broken(f"{type_}.a", "", {})
