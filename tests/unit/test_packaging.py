"""The zip holds the same bytes wherever and whenever it is built from the same files."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lib import packaging
from lib.errors import ToolError

pytestmark = pytest.mark.slow


def tree(root: Path, **files: str) -> Path:
    """Files under `root`; `__` in a keyword stands for a slash and `_py` for the ending."""
    for name, text in files.items():
        path = root / (name.replace("__", "/").removesuffix("_py") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_same_files_give_same_bytes_whatever_their_times_modes_and_order(tmp_path: Path) -> None:
    """Made in another order, at another time, with other permissions: not a byte differs."""
    one = tree(tmp_path / "one", payments__b_py="b", payments__a_py="a")
    two = tree(tmp_path / "two", payments__a_py="a", payments__b_py="b")
    for path in two.rglob("*.py"):
        path.chmod(0o700)
        os.utime(path, (1, 1))
    first = packaging.build(tmp_path / "1.zip", one)
    second = packaging.build(tmp_path / "2.zip", two)
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.sha256 == second.sha256


def test_another_content_gives_another_hash(tmp_path: Path) -> None:
    """A plan shows a change exactly when the code changed."""
    one = packaging.build(tmp_path / "1.zip", tree(tmp_path / "one", a_py="x = 1"))
    two = packaging.build(tmp_path / "2.zip", tree(tmp_path / "two", a_py="x = 2"))
    assert one.sha256 != two.sha256


def test_what_moves_between_files_changes_the_hash(tmp_path: Path) -> None:
    """The same letters under other names, or split otherwise, are another content."""
    trees = [{"a_py": "xy", "b_py": ""}, {"a_py": "x", "b_py": "y"}, {"c_py": "xy", "b_py": ""}]
    made = [
        packaging.build(tmp_path / f"{number}.zip", tree(tmp_path / str(number), **files))
        for number, files in enumerate(trees)
    ]
    assert len({one.source_code_hash for one in made}) == 3
    assert len(base64.b64decode(made[0].source_code_hash)) == 32


def test_nothing_of_the_machine_gets_in(tmp_path: Path) -> None:
    """Bytecode, scripts with an interpreter's path, an installer's records and hidden files stay outside."""
    root = tree(tmp_path / "root", payments__core_py="a")
    for unwanted in (
        "payments/__pycache__/core.cpython-312.pyc",
        "payments/old.pyc",
        "bin/jp.py",
        "thing-1.dist-info/RECORD",
        "thing-1.dist-info/INSTALLER",
        ".stamp",
        "payments/.coverage",
    ):
        path = root / unwanted
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/some/interpreter")
    with zipfile.ZipFile(packaging.build(tmp_path / "1.zip", root).path) as archive:
        assert archive.namelist() == ["payments/core.py"]


def test_one_name_from_two_roots_is_an_error(tmp_path: Path) -> None:
    """Which of the two would win must not depend on anything."""
    one = tree(tmp_path / "one", payments__core_py="a")
    two = tree(tmp_path / "two", payments__core_py="b")
    with pytest.raises(ToolError, match=r"payments/core\.py is in .*two and in .*one"):
        packaging.build(tmp_path / "1.zip", one, two)


def test_an_empty_root_is_an_error_that_names_the_way_out(tmp_path: Path) -> None:
    """A function without its dependencies would fail at its first import, in AWS."""
    with pytest.raises(ToolError, match="run make setup"):
        packaging.build(tmp_path / "1.zip", tmp_path / "missing")


def test_a_zip_over_lambdas_limit_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Better here than from AWS after minutes of a deploy."""
    monkeypatch.setattr(packaging, "LARGEST_ZIP", 10)
    with pytest.raises(ToolError, match="over Lambda's 10"):
        packaging.build(tmp_path / "1.zip", tree(tmp_path / "one", a_py="a"))


def test_the_real_zip_holds_both_handlers_and_their_dependency() -> None:
    """What the handler strings name can be imported from the zip's root, and is built once a process."""
    made = packaging.lambda_zip()
    assert packaging.lambda_zip() is made
    with zipfile.ZipFile(made.path) as archive:
        names = set(archive.namelist())
    assert {"payments/processor.py", "payments/archiver.py", "aws_lambda_powertools/__init__.py"} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith(("bin/", "."))]


def test_the_zip_carries_the_sdk_with_the_services_in_use_alone() -> None:
    """The runtime's SDK changes under a deployed function; all of its data would be 28 MB."""
    with zipfile.ZipFile(packaging.lambda_zip().path) as archive:
        names = archive.namelist()
        size = sum(entry.file_size for entry in archive.infolist())
    data = {name.split("/")[2] for name in names if re.match(r"botocore/data/[^/]+/", name)}
    assert data == {"dynamodb", "kms", "s3", "secretsmanager"}
    assert {"boto3/__init__.py", "botocore/data/endpoints.json", "botocore/cacert.pem"} <= set(names)
    assert not [name for name in names if "examples" in name or name.startswith("boto3/data/")]
    assert size < 12_000_000


def test_the_services_of_the_zip_are_those_that_the_code_asks_for() -> None:
    """A client of another service would fail at its first use, in AWS."""
    code = "".join(path.read_text() for path in (packaging.SOURCES / "payments").glob("*.py"))
    assert set(re.findall(r"boto3\.client\(\s*\"([a-z0-9]+)\"", code)) == packaging.SDK_SERVICES
    assert "boto3.resource" not in code


def test_the_functions_start_from_the_zip_and_nothing_else(tmp_path: Path) -> None:
    """With no package of this machine: what the zip has not, Lambda may have today and not tomorrow."""
    with zipfile.ZipFile(packaging.lambda_zip().path) as archive:
        archive.extractall(tmp_path)
    program = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
import boto3, botocore
from payments import archiver, cursor, processor, settler, stripe
processor.payments(), archiver.archive(), settler.settler(), cursor.KmsSigner("key"), stripe.from_settings()
loaded = [module.__file__ for name, module in sys.modules.items() if name.startswith(("boto", "payments", "aws_"))]
print(all(path is None or path.startswith({str(tmp_path)!r}) for path in loaded), len(loaded) > 100)
"""
    environment = {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "LAMBDA_TASK_ROOT": str(tmp_path),
        "POWERTOOLS_METRICS_NAMESPACE": "Payments",
        "POWERTOOLS_SERVICE_NAME": "processor",
        "TRANSACTIONS_TABLE": "table",
        "MERCHANT_INDEX": "index",
        "PENDING_INDEX": "pending",
        "MAXIMUM_AMOUNT": "100",
        "PAYMENT_GATEWAY": "simulated",
        "GATEWAY_SECRET_ARN": "secret",
        "ARCHIVE_BUCKET": "bucket",
    }
    done = subprocess.run(
        [sys.executable, "-S", "-B", "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout.split(), done.stderr) == (["True", "True"], "")
