"""The functions' zip with the SDK's services in use, compared with a zip without SDK and a zip with the whole SDK.

The zip without SDK uses the SDK of Lambda's runtime, which AWS updates under a deployed function. A cold start is the
time in which a fresh process imports the processor and creates its DynamoDB client. The zip's folder has no bytecode,
because Lambda unpacks the zip read-only. The runtime's SDK has bytecode, as in Lambda. The figures are medians of
interleaved runs. Lambda's cores differ from this machine's cores, so only the differences are meaningful.
"""

from __future__ import annotations

import compileall
import os
import shutil
import statistics
import subprocess
import tempfile
import zipfile
from pathlib import Path

from lib import environments, packaging
from lib.environments import LAMBDA_DEPENDENCIES, ROOT, VENV_EMULATOR, python_of

SDK = ("boto3", "botocore", "s3transfer", "dateutil", "jmespath", "six.py", "urllib3")  # what the runtime has
RUNS = 9
SETTINGS = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "LAMBDA_TASK_ROOT": "bench",
    "POWERTOOLS_METRICS_NAMESPACE": "Payments",
    "POWERTOOLS_SERVICE_NAME": "bench",
    "TRANSACTIONS_TABLE": "unused",
    "MERCHANT_INDEX": "unused",
    "PENDING_INDEX": "unused",
    "MAXIMUM_AMOUNT": "100",
    "PAYMENT_GATEWAY": "simulated",
}


def measure() -> list[dict[str, str]]:
    """Return the rows of the results table, one for each content of the zip."""
    environments.ensure("emulator", "lambda")
    with tempfile.TemporaryDirectory() as home:
        folders = _folders(Path(home))
        seconds: dict[str, list[float]] = {name: [] for name in folders}
        for number in range(RUNS + 1):
            for name, paths in folders.items():
                took = _cold_start(*paths)
                if number:  # the first round fills the disk's cache
                    seconds[name].append(took)
        sizes = {name: _size(paths[0]) for name, paths in folders.items()}
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    base = medians["no SDK, the runtime's is used"]
    return [
        {
            "SDK in the zip": name,
            "unpacked MB": f"{sizes[name] / 1e6:.1f}",
            "share of Lambda's 250 MB": f"{sizes[name] / packaging.LARGEST_CONTENT:.1%}",
            "cold start ms": f"{medians[name] * 1000:.0f}",
            "added to the cold start ms": f"{(medians[name] - base) * 1000:.0f}",
        }
        for name in folders
    ]


def _folders(home: Path) -> dict[str, tuple[Path, ...]]:
    """Row -> the folders that its Python looks into, the zip's content first."""
    ours, whole, without, runtime = (home / name for name in ("ours", "whole", "without", "runtime"))
    with zipfile.ZipFile(packaging.lambda_zip().path) as archive:
        archive.extractall(ours)
    shutil.copytree(ours, without)
    runtime.mkdir()
    for name in SDK:
        shutil.move(without / name, runtime / name)
    compileall.compile_dir(runtime, quiet=1)
    shutil.copytree(ours, whole)
    for name in SDK:
        source = LAMBDA_DEPENDENCIES / name
        if source.is_dir():
            shutil.copytree(source, whole / name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    return {
        "no SDK, the runtime's is used": (without, runtime),
        "ours: the SDK for the services in use": (ours,),
        "the whole SDK": (whole,),
    }


def _cold_start(*folders: Path) -> float:
    """Seconds."""
    done = subprocess.run(
        [python_of(VENV_EMULATOR), "-S", "-B", ROOT / "benchmarks" / "cold_start.py", *folders],
        env={"PATH": os.environ["PATH"], **SETTINGS},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
