"""What `terraform init` leaves beside a stack may stay; a program, a checksum or a backend of one's own may not."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lib.errors import ToolError
from lib.gate import terraform_init
from lib.gate.stacks import read_stacks
from tests.unit.conftest import Template

from .conftest import QUEUE, write_stack

BACKEND = {"bucket": "b", "key": "dev/stack.tfstate", "region": "eu-north-1", "encrypt": True, "use_lockfile": True}
PACKAGE = {"LICENSE.txt": b"MPL", "terraform-provider-aws_v5.100.0_x5": b"\x7fELF of HashiCorp's"}
ADDRESS = "registry.terraform.io/hashicorp/aws"
ZIP_CHECKSUM = f"zh:{'0' * 64}"


def checksum(files: dict[str, bytes]) -> str:
    """`h1:`, written down from the description of Go's dirhash."""
    lines = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return f"h1:{base64.b64encode(hashlib.sha256(lines.encode()).digest()).decode()}"


def lock(*checksums: str, address: str = ADDRESS, version: str = "5.100.0") -> str:
    """A lock file as Terraform 1.11 writes it."""
    hashes = "".join(f'    "{each}",\n' for each in checksums)
    return (
        '# This file is maintained automatically by "terraform init".\n'
        "# Manual edits may be lost in future updates.\n\n"
        f'provider "{address}" {{\n  version     = "{version}"\n  constraints = "{version}"\n'
        f"  hashes = [\n{hashes}  ]\n}}\n"
    )


def record(backend: Any = BACKEND, **changes: Any) -> str:
    """`.terraform/terraform.tfstate` as Terraform 1.11 writes it: every argument, most of them null."""
    config = {"acl": None, "endpoints": None, "profile": None, **backend}
    return json.dumps(
        {
            "version": 3,
            "terraform_version": "1.11.4",
            "backend": {"type": "s3", "config": config, "hash": 978229332},
            **changes,
        }
    )


@pytest.fixture(autouse=True)
def _published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """PACKAGE is what was published: the real one has 700 MB."""
    reference = tmp_path / "provider.lock.hcl"
    reference.write_text(lock(checksum(PACKAGE), ZIP_CHECKSUM))
    monkeypatch.setattr(terraform_init, "REFERENCE", reference)
    terraform_init.pinned_provider.cache_clear()
    yield
    terraform_init.pinned_provider.cache_clear()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A stack after `terraform init`, its provider copied."""
    document = {"resource": {"aws_sqs_queue": {"orders": QUEUE}}, "terraform": {"backend": {"s3": BACKEND}}}
    out = write_stack(tmp_path / "out", document)
    write_package(package(out), PACKAGE)
    (stack(out) / ".terraform.lock.hcl").write_text(lock(checksum(PACKAGE), ZIP_CHECKSUM))
    (stack(out) / ".terraform" / "terraform.tfstate").write_text(record())
    return out


def stack(directory: Path) -> Path:
    return directory / "stacks" / "stack"


def package(directory: Path) -> Path:
    return stack(directory) / ".terraform" / "providers" / ADDRESS / "5.100.0" / "linux_amd64"


def write_package(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def refused(directory: Path, message: str) -> None:
    with pytest.raises(ToolError, match=message) as raised:
        read_stacks(directory)
    assert "run terraform init again" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_terraform_init_writes_may_be_there(directory: Path) -> None:
    assert len(read_stacks(directory)[0]) == 1


def test_a_link_to_a_cache_may_be_there(directory: Path, tmp_path: Path) -> None:
    """Terraform makes one for a plugin cache and for an unpacked mirror."""
    package(directory).rename(tmp_path / "cache")
    package(directory).symlink_to(tmp_path / "cache")
    assert len(read_stacks(directory)[0]) == 1
    (tmp_path / "cache" / "terraform-provider-aws_v5.100.0_x5").write_bytes(b"#!/bin/sh")
    refused(directory, "linux_amd64: is not the published package")


@pytest.mark.parametrize(
    "changes",
    [
        {"terraform-provider-aws_v5.100.0_x5": b"#!/bin/sh"},
        {"terraform-provider-aws_v5.100.0_x6": b"#!/bin/sh"},  # Terraform starts the first that it finds
        {"LICENSE.txt": b""},
    ],
)
def test_a_program_of_ones_own_is_refused(directory: Path, changes: dict[str, bytes]) -> None:
    write_package(package(directory), changes)
    refused(directory, "linux_amd64: is not the published package")


def test_a_program_of_ones_own_is_refused_whatever_the_lock_file_says(directory: Path) -> None:
    own = {**PACKAGE, "terraform-provider-aws_v5.100.0_x5": b"#!/bin/sh"}
    write_package(package(directory), own)
    (stack(directory) / ".terraform.lock.hcl").write_text(lock(checksum(own)))
    refused(directory, "is not a published checksum of registry.terraform.io/hashicorp/aws 5.100.0")


def test_a_package_for_another_platform_is_looked_at_too(directory: Path) -> None:
    write_package(package(directory).with_name("darwin_arm64"), {"terraform-provider-aws": b"own"})
    refused(directory, "darwin_arm64: is not the published package")


def test_an_empty_package_and_one_with_links_are_refused(directory: Path, tmp_path: Path) -> None:
    (package(directory) / "LICENSE.txt").unlink()
    (package(directory) / "LICENSE.txt").symlink_to(tmp_path / "licence")
    (tmp_path / "licence").write_bytes(PACKAGE["LICENSE.txt"])
    refused(directory, "linux_amd64: is not a provider package")
    for file in package(directory).iterdir():
        file.unlink()
    refused(directory, "linux_amd64: is not the published package")
    package(directory).rmdir()
    package(directory).symlink_to(tmp_path / "nowhere")
    refused(directory, "linux_amd64: is not a provider package")


@pytest.mark.parametrize(
    "name",
    [
        "modules/modules.json",
        "environment",
        "plugin_path",
        "terraform.tfstate.backup",
        "plugins/linux_amd64/terraform-provider-aws",
        "providers/registry.terraform.io/hashicorp/null/3.2.3/linux_amd64/terraform-provider-null",
        "providers/registry.terraform.io/hashicorp/aws/5.99.1/linux_amd64/terraform-provider-aws",
        "providers/registry.terraform.io/somebody/aws/5.100.0/linux_amd64/terraform-provider-aws",
        "providers/registry.opentofu.org/hashicorp/aws/5.100.0/linux_amd64/terraform-provider-aws",
        "providers/example.com/hashicorp/aws/5.100.0/linux_amd64/terraform-provider-aws",
    ],
)
def test_other_things_in_terraforms_folder_are_refused(directory: Path, name: str) -> None:
    """Modules, a workspace of its own, a folder to take providers from, other providers."""
    file = stack(directory) / ".terraform" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    refused(directory, "terraform init writes no such file")


@pytest.mark.parametrize("part", ["providers", f"providers/{ADDRESS}", f"providers/{ADDRESS}/5.100.0"])
def test_a_folder_on_the_way_to_a_provider_is_no_link(directory: Path, tmp_path: Path, part: str) -> None:
    folder = stack(directory) / ".terraform" / part
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    refused(directory, "is not a regular directory")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (lock(ZIP_CHECKSUM, version="5.99.1"), "names registry.terraform.io/hashicorp/aws 5.99.1"),
        (
            lock(ZIP_CHECKSUM, address="registry.terraform.io/hashicorp/null"),
            "names registry.terraform.io/hashicorp/null",
        ),
        (
            lock(ZIP_CHECKSUM, address="registry.opentofu.org/hashicorp/aws"),
            "names registry.opentofu.org/hashicorp/aws",
        ),
        (lock(f"zh:{'1' * 64}"), f"zh:{'1' * 64} is not a published checksum"),
        (lock(ZIP_CHECKSUM, "h1:own"), "h1:own is not a published checksum"),
        (lock(), "is not a lock file for one provider"),
        (lock(ZIP_CHECKSUM) + lock(ZIP_CHECKSUM, address="example.com/a/b"), "is not a lock file for one provider"),
        (
            lock(ZIP_CHECKSUM).replace("  hashes", '  hashes = ["h1:own"]\n  hashes'),
            "is not a lock file for one provider",
        ),
        ("", "is not a lock file for one provider"),
        ("\0", "is not a lock file for one provider"),
    ],
)
def test_a_lock_file_of_ones_own_is_refused(directory: Path, text: str, message: str) -> None:
    (stack(directory) / ".terraform.lock.hcl").write_text(text)
    refused(directory, message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (record({**BACKEND, "bucket": "somebody-elses"}), "another backend"),
        (record({**BACKEND, "endpoints": {"s3": "https://example.com"}}), "another backend"),
        (record({**BACKEND, "role_arn": "arn:aws:iam::1:role/x"}), "another backend"),
        (record({"bucket": "b"}), "another backend"),
        (record().replace('"s3"', '"http"'), "another backend"),
        (record(state_store={"type": "x"}), "the key 'state_store' is not written by terraform init"),
        ("{", "is not a record of a backend"),
        ("{}", "is not a record of a backend"),
        ("[]", "is not a record of a backend"),
        (json.dumps({"version": 3, "backend": {"type": "s3", "config": []}}), "is not a record of a backend"),
    ],
)
def test_a_backend_of_ones_own_is_refused(directory: Path, text: str, message: str) -> None:
    """Terraform uses what is recorded here, as long as the hash in it is that of the JSON's backend."""
    (stack(directory) / ".terraform" / "terraform.tfstate").write_text(text)
    refused(directory, message)


def test_a_recorded_backend_where_the_json_has_none_is_refused(tmp_path: Path) -> None:
    out = write_stack(tmp_path / "out", {"resource": {"aws_sqs_queue": {"orders": QUEUE}}})
    (stack(out) / ".terraform").mkdir()
    (stack(out) / ".terraform" / "terraform.tfstate").write_text(record())
    refused(out, "another backend")


def test_terraforms_folder_elsewhere_hides_nothing(tmp_path: Path) -> None:
    """Only where Terraform is started does it belong to Terraform."""
    out = write_stack(tmp_path / "out", {"resource": {"aws_sqs_queue": {"orders": QUEUE}}})
    (out / ".terraform").mkdir()
    (out / ".terraform" / "main.tf").touch()
    with pytest.raises(ToolError, match=r"main\.tf: is HCL"):
        read_stacks(out)


def test_the_checksums_are_those_of_the_version_that_the_stack_pins(
    template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    terraform_init.pinned_provider.cache_clear()
    pinned = terraform_init.pinned_provider()
    (required,) = template.json["terraform"]["required_providers"].values()
    assert (pinned.address, pinned.version) == (ADDRESS, required["version"])
    assert {each.partition(":")[0] for each in pinned.checksums} == {"h1", "zh"}
