"""Prepares Checkov's process: no network, warnings are errors, and only AWS checks are imported."""

# mypy: disable-error-code="import-not-found"
from __future__ import annotations

import copy
import importlib
import importlib.machinery
import importlib.util
import logging
import sys
import types
from pathlib import Path
from typing import Any

RESOURCE_CHECKS = "checkov.terraform.checks.resource"


class GateError(Exception):
    """Wrong input, or an error of Checkov. The message is one line that names the value, the rule and the fix."""


class Complaints(logging.Handler):
    """Collects Checkov's warnings and errors. Checkov's own command line prints them, but still exits with 0."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        reason = f" ({record.exc_info[1]!r})" if record.exc_info else ""
        self.lines.append(" ".join(f"{record.getMessage()}{reason}".split()))

    def refuse(self, way_out: str) -> None:
        """Raise GateError with the first log line and the fix `way_out`, if Checkov has logged any line."""
        if self.lines:
            more = f" (and {len(self.lines) - 1} more)" if len(self.lines) > 1 else ""
            raise GateError(f"Checkov warns: {self.lines[0]}{more}; {way_out}")


def go_offline() -> None:
    """Refuse every network connection of this process, by Checkov, its libraries or policies."""

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
            raise GateError(f"{event} {arguments[1:]!r}: checking is offline; find out what used the network")

    sys.addaudithook(refuse)


def listen_to_checkov() -> Complaints:
    """Collect the warnings and errors of every logger. Lower levels are not formatted, which saves time."""
    complaints = Complaints()
    root = logging.getLogger()
    root.handlers[:] = [complaints]
    root.setLevel(logging.WARNING)
    logging.disable(logging.INFO)
    return complaints


def leave_other_clouds() -> list[str]:
    """Replace the packages of other clouds' checks, two thirds of Checkov's 1,300, by empty modules.

    Call this before Checkov is imported. `import_other_clouds` imports the checks for a stack that needs them.
    """
    package = importlib.util.find_spec("checkov")
    if package is None or not package.submodule_search_locations:
        raise GateError("Checkov is not installed in .venv-checkov; run make setup")
    checks = Path(package.submodule_search_locations[0]).joinpath("terraform", "checks", "resource")
    names = [f"{RESOURCE_CHECKS}.{path.parent.name}" for path in checks.glob("*/__init__.py")]
    others = [name for name in names if not name.endswith(".aws")]
    for name in others:
        sys.modules[name] = types.ModuleType(name)
    return others


def import_other_clouds(names: list[str]) -> None:
    """Import and register the checks that `leave_other_clouds` left out."""
    for name in names:
        del sys.modules[name]
    for name in names:
        for module in importlib.import_module(name).__all__:
            importlib.import_module(f"{name}.{module}")


def keep_jsonpath_grammar() -> None:
    """Compute the grammar of JSONPath once, not for every path. It never changes, and computing it takes 40 ms."""
    from ply import yacc

    compute = yacc.yacc
    grammars: dict[type, Any] = {}

    def kept(*, module: Any, **options: Any) -> Any:
        if type(module) not in grammars:
            grammars[type(module)] = compute(module=module, **options)
        return copy.copy(grammars[type(module)])  # a copy, because a parser has state

    yacc.yacc = kept


def skip_unused_modules() -> None:
    """Replace modules for network and program analysis, which the gate never uses: a third of the import time."""
    sys.meta_path.insert(0, _LeftOut())


class _LeftOut:
    """Imports unused modules as placeholders: every name is a class that can be subclassed but not instantiated."""

    LIBRARIES = ("aiohttp", "boto3", "botocore", "docker", "git", "requests")
    MODULES = ("checkov.common.sast.report_types",)

    def find_spec(self, name: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] in self.LIBRARIES or name in self.MODULES:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]
        return None

    def create_module(self, _: importlib.machinery.ModuleSpec) -> None:
        """Let Python create an ordinary module."""

    def exec_module(self, module: types.ModuleType) -> None:
        def missing(name: str) -> type:
            if name.startswith("__"):
                raise AttributeError(name)
            return type(name, (_NotCalledError,), {"__module__": module.__name__})

        module.__getattr__ = missing  # type: ignore[method-assign]


class _NotCalledError(Exception):
    def __init__(self, *_: Any, **__: Any) -> None:
        raise GateError(f"{type(self).__module__}.{type(self).__name__} was used, but is not available in the gate")
