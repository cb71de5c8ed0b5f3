"""What may stand in a stack's folder, and what Terraform or OpenTofu would read there without anybody judging it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from lib.errors import ToolError
from lib.gate.stacks import read_stacks

from .conftest import QUEUE, write_stack

STACK = {"resource": {"aws_sqs_queue": {"orders": QUEUE}}}


def refused(directory: Path, message: str) -> None:
    with pytest.raises(ToolError, match=message) as raised:
        read_stacks(directory)
    assert "\n" not in str(raised.value)


def put(file: Path, content: str = "{}") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


def test_what_synth_writes_may_be_there(out: Path) -> None:
    folder = out / "stacks" / "stack"
    for name in ("metadata.json", "origins.json", "assets/code/HASH/lambda.zip", "assets/empty/x"):
        put(folder / name)
    stacks, note = read_stacks(out)
    assert (len(stacks), note) == (1, "")
    assert set(stacks[0].assets) == {"assets/code/HASH/lambda.zip", "assets/empty/x"}


@pytest.mark.parametrize("where", ["stacks/stack", "stacks/stack/tests", "stacks/stack/assets", "stacks/other", ""])
@pytest.mark.parametrize(
    "name",
    [
        *("main.tofu", "cdk.tofu", "cdk.tofu.json", "override.tofu", "x_override.tofu.json"),
        *("terraform.tfvars", "terraform.tfvars.json", "x.auto.tfvars", "x.auto.tfvars.json", "Terraform.TFVARS"),
        *("main.tftest.hcl", "main.tftest.json", "main.tofutest.hcl", "main.tofutest.json", "all.tfquery.hcl"),
        *("terraform.tfstate", "x.tfstack.hcl", "x.tfdeploy.hcl", "x.tfcomponent.hcl", ".hidden.tofu"),
    ],
)
def test_configuration_that_is_no_stack_is_refused_wherever_it_is(out: Path, where: str, name: str) -> None:
    put(out / where / name)
    refused(out, f"{name}: Terraform or OpenTofu may read it")


@pytest.mark.parametrize(
    "name",
    [
        "terraform.tfstate.backup",
        "terraform.d/plugins/registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64/terraform-provider-aws",
        "terraform.tfstate.d/prod/state",
        "tests/readme.txt",
        "modules/readme.txt",
        "errored.tfstate.json",
        "tfplan",
        "lambda.zip",
        "cdk.json",
        ".terraformrc",
        ".opentofu/readme.txt",
        "README.md",
    ],
)
def test_a_stacks_folder_is_closed(out: Path, name: str) -> None:
    """Terraform's list of what it reads grows with its releases, so what is unknown is refused."""
    put(out / "stacks" / "stack" / name)
    first = name.split("/")[0]
    refused(out, f"{first}: the folder of a stack may contain|{name}: Terraform or OpenTofu may read it")


@pytest.mark.parametrize("name", ["assets", "metadata.json", ".terraform", ".terraform.lock.hcl"])
def test_a_file_is_no_directory_and_a_directory_no_file(out: Path, name: str) -> None:
    entry = out / "stacks" / "stack" / name
    entry.mkdir() if "." in name[1:] else entry.touch()
    refused(
        out,
        f"{name}: the folder of a stack may contain" if name != ".terraform" else "the folder of a stack may contain",
    )


def test_beside_the_stacks_other_files_may_be(out: Path) -> None:
    """Terraform is started in a stack's folder."""
    put(out / "README.md")
    put(out / "reports" / "report.json")
    assert len(read_stacks(out)[0]) == 1


@pytest.mark.parametrize("name", ["more.tf.json", "override.tf.json", "x_override.tf.json"])
@pytest.mark.parametrize("listed", [True, False])
def test_two_files_of_one_folder_are_one_configuration(out: Path, name: str, listed: bool) -> None:
    """Each alone may be clean; an override replaces what the other says."""
    put(out / "stacks" / "stack" / name, json.dumps(STACK))
    manifest = out / "manifest.json"
    if listed:
        stacks = json.loads(manifest.read_text())["stacks"]
        stacks["more"] = {"synthesizedStackPath": f"stacks/stack/{name}"}
        manifest.write_text(json.dumps({"stacks": stacks}))
    else:
        manifest.unlink()
    refused(out, "contains 2 stacks, which Terraform would read as one")


def test_an_override_is_no_stack(tmp_path: Path) -> None:
    put(tmp_path / "a" / "override.tf.json", json.dumps(STACK))
    refused(tmp_path, "would merge an override into another file")


def test_a_stack_may_have_others_beneath_it(tmp_path: Path) -> None:
    put(tmp_path / "cdk.tf.json", json.dumps(STACK))
    put(tmp_path / "more" / "deep" / "cdk.tf.json", json.dumps(STACK))
    assert len(read_stacks(tmp_path)[0]) == 2
    put(tmp_path / "more" / "deep" / "notes.txt")
    refused(tmp_path, "notes.txt: the folder of a stack may contain")


@pytest.mark.parametrize("name", ["assets/code.zip", "metadata.json", "x", "assets/more", ".terraform"])
def test_a_symbolic_link_is_refused(out: Path, tmp_path: Path, name: str) -> None:
    """What it leads to may be another thing when Terraform looks."""
    (tmp_path / "elsewhere").mkdir()
    link = out / "stacks" / "stack" / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(tmp_path / "elsewhere")
    refused(out, f"{name}: is a symbolic link")


def test_what_is_no_plain_file_is_refused(out: Path) -> None:
    """Reading it would wait for ever."""
    (out / "stacks" / "stack" / "assets").mkdir()
    os.mkfifo(out / "stacks" / "stack" / "assets" / "pipe")
    refused(out, "pipe: is neither a file nor a directory")


def test_every_stack_is_looked_at(out: Path) -> None:
    write_stack(out, STACK, "second")
    put(out / "stacks" / "second" / "notes.txt")
    refused(out, "stacks/second/notes.txt")


@pytest.mark.parametrize("name", [b"a\ngate: clean", b"\xff.json", "\u202enosj".encode()])
@pytest.mark.parametrize("where", ["", "stacks/stack/assets"])
def test_a_name_that_cannot_be_printed_is_refused(out: Path, where: str, name: bytes) -> None:
    """It could look like a verdict, or as if it ended otherwise."""
    (out / where).mkdir(exist_ok=True)
    (out / where / os.fsdecode(name)).touch()
    refused(out, "contains '.*', a name that cannot be printed")
