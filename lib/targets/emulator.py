"""Starts and stops the emulator of AWS (MiniStack) as a process on 127.0.0.1, and removes its files."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

import boto3
import botocore.session
from botocore.config import Config

from lib import environments
from lib.console.polling import wait_for
from lib.errors import ToolError
from lib.targets.override import DUMMY

HOST = "127.0.0.1"
PROGRAM = Path(__file__).with_name("emulator_process")
FOLDER_NAME = "emulator"
LOG_NAME = "emulator.log"
START_SECONDS = 60.0
CONNECTIONS = 32
# The emulator and its Lambda functions get only these of the caller's variables.
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ")


@dataclass(frozen=True)
class Certificate:
    """PEM files of a server's certificate chain, its key, and its certificate authority."""

    chain: Path
    key: Path
    authority: Path


@dataclass(frozen=True)
class Address:
    """The address of an emulator. `authority`: the PEM file of its certificate authority, if it uses TLS."""

    port: int
    region: str
    authority: Path | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self.authority else 'http'}://{HOST}:{self.port}"

    def client(self, service: str, region: str | None = None) -> Any:
        """Return a boto3 client, independent of proxies, profiles and certificates in the caller's environment."""
        return _session().client(
            service,
            region_name=region or self.region,
            endpoint_url=self.url,
            aws_access_key_id=DUMMY["access_key"],
            aws_secret_access_key=DUMMY["secret_key"],
            verify=str(self.authority) if self.authority else False,  # overrides AWS_CA_BUNDLE
            config=Config(
                proxies={},
                retries={"max_attempts": 2},
                s3={"addressing_style": "path"},
                max_pool_connections=CONNECTIONS,
            ),
        )

    def healthy(self) -> bool:
        context = ssl.create_default_context(cafile=self.authority)
        opener = build_opener(ProxyHandler({}), HTTPSHandler(context=context))
        try:
            with opener.open(f"{self.url}/_ministack/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:  # includes URLError
            return False


@functools.cache
def _session() -> Any:
    """Return a session that ignores configuration files and AWS_PROFILE, whose profile may not exist."""
    quiet = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
    quiet.set_config_variable("config_file", os.devnull)
    quiet.set_config_variable("credentials_file", os.devnull)
    return boto3.session.Session(botocore_session=quiet)


class Emulator:
    """An emulator that this process has started. Use it as a context manager, or call `stop`."""

    def __init__(self, address: Address, process: subprocess.Popen[bytes], pipe: int, folder: Path) -> None:
        self.address = address
        self.folder = folder
        self._process = process
        self._pipe = pipe
        self._kept = False

    @classmethod
    def start(
        cls,
        home: Path,
        region: str,
        port: int | None = None,
        lock: int | None = None,
        for_lambdas: Mapping[str, str] | None = None,
        strict: Certificate | None = None,
    ) -> Emulator:
        """Start an emulator with all its files in `home`/emulator, which is removed when it stops.

        If this process is killed, the emulator ends and removes `home`. `lock`: an open file that the emulator keeps
        locked while it runs. `for_lambdas`: environment variables for its Lambda functions. `strict`: the emulator uses
        TLS, and checks signatures and policies like AWS, except for Terraform's credentials (DUMMY).
        Raises ToolError if the port is taken, or if the emulator does not start.
        """
        folder = home / FOLDER_NAME
        environments.ensure("emulator")
        port = free_port() if port is None else port
        check_free(port)
        temporary = folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        address = Address(port, region, strict.authority if strict else None)
        reading, writing = os.pipe()
        lock = lock if lock is not None else os.open(os.devnull, os.O_RDONLY)
        command = [str(environments.python_of(environments.VENV_EMULATOR)), "-I", str(PROGRAM)]
        with (folder / LOG_NAME).open("wb") as log:
            process = subprocess.Popen(
                [*command, str(reading), str(lock), str(home)],
                cwd=folder,
                env={
                    **clean_environment(os.environ, address, temporary),
                    **(enforcing(strict) if strict else {}),
                    **(for_lambdas or {}),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(reading, lock),
                start_new_session=True,  # Ctrl-C must not reach it, because the destroy still needs it
            )
        os.close(reading)
        emulator = cls(address, process, writing, folder)
        try:
            wait_for("the emulator", emulator._up, START_SECONDS)
        except BaseException:
            emulator.stop()
            raise
        return emulator

    def _up(self) -> bool:
        if reason := self.broken():
            raise ToolError(reason)
        return self.address.healthy()

    def broken(self) -> str | None:
        """Return the reason why the emulator has ended; None if it runs."""
        code = self._process.poll()
        if code is None:
            return None
        return f"the emulator ended with exit code {code}; its last output: {last_line(self.folder / LOG_NAME)}"

    def watch(self, pid: int) -> None:
        """End the process group `pid` too if this process is killed."""
        self._send(f"watch {pid}")

    def forget(self, pid: int) -> None:
        self._send(f"forget {pid}")

    def keep(self) -> int:
        """Keep the emulator running after this process; return its process id."""
        self._send("keep")
        os.close(self._pipe)
        self._kept = True
        return self._process.pid

    def _send(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # the emulator has ended, which `broken` reports
            os.write(self._pipe, f"{line}\n".encode())

    def stop(self) -> None:
        """Kill the emulator and its Lambda workers, and remove its files. It has no state to save."""
        end_group(self._process.pid)
        self._process.wait()
        with contextlib.suppress(OSError):
            os.close(self._pipe)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Emulator:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._kept:
            self.stop()


def end_group(pid: int) -> None:
    """Kill the process group that `pid` leads."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def clean_environment(environ: Mapping[str, str], address: Address, temporary: Path) -> dict[str, str]:
    """Return the emulator's environment, without the caller's AWS settings, credentials and Python settings."""
    passed = {name: environ[name] for name in PASSED_ON if name in environ}
    return {
        **passed,
        "HOME": str(temporary),
        "TMPDIR": str(temporary),
        "BIND_HOST": HOST,  # the default is all interfaces
        "GATEWAY_PORT": str(address.port),
        "MINISTACK_REGION": address.region,
        "S3_DATA_DIR": str(temporary / "s3"),
        "STATE_DIR": str(temporary / "state"),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def enforcing(certificate: Certificate) -> dict[str, str]:
    """Return environment variables that enable TLS and authorization. The Lambda functions inherit them."""
    return {
        "AUTH": "true",
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(certificate.chain),
        "MINISTACK_SSL_KEY": str(certificate.key),
        "AWS_CA_BUNDLE": str(certificate.authority),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def check_free(port: int) -> None:
    """Raise ToolError if the port is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ToolError(
                f"port {port} is taken on {HOST} ({error.strerror}); unset EMULATOR_PORT to take a free one"
            ) from error


def last_line(log: Path) -> str:
    """Return the last line of a log."""
    lines: Iterator[str] = reversed(log.read_text(errors="replace").splitlines()) if log.is_file() else iter(())
    return next((line.strip() for line in lines if line.strip()), "none")
