"""The stack that this project ships.

With the gateway that needs a secret, so that mutations find everything there; test_shipped.py judges the default, too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lib.environments import use_project_node

use_project_node()  # before cdktf is imported

NAME = "TapStackdev"


def app_with_stack(outdir: Path, gateway: str = "stripe") -> tuple[Any, Any]:
    """A CDKTF App and the TapStack in it, not synthesized yet."""
    from lib.aws import AwsProvider  # noqa: F401, I001  # first: it decides how the bindings are loaded
    from cdktf import App
    from lib.tap_stack import TapStack

    app = App(outdir=str(outdir), context={"payment_gateway": gateway})
    stack = TapStack(
        app,
        NAME,
        environment_suffix="dev",
        state_bucket="example-state",
        state_bucket_region="us-east-1",
        aws_region="us-east-1",
        default_tags={"Owner": "somebody"},
    )
    return app, stack


def stack_of(app: Any, document: dict[str, Any]) -> Any:
    """A stack in the app that consists of a document: all of it comes in by escape hatches."""
    from cdktf import S3Backend, TerraformStack

    stack = TerraformStack(app, NAME)
    S3Backend(stack, bucket="overridden", key="overridden", region="overridden")  # else CDKTF adds a local one
    for section, content in document.items():
        if section != "//":
            stack.add_override(section, content)
    return stack


def synthesized(outdir: Path, gateway: str = "stripe") -> dict[str, Any]:
    """The cdk.tf.json of the stack."""
    app, _ = app_with_stack(outdir, gateway)
    app.synth()
    document: dict[str, Any] = json.loads((outdir / "stacks" / NAME / "cdk.tf.json").read_text())
    return document
