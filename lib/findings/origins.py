"""The Python line that created each construct, recorded during synthesis and stored beside the stack's JSON.

Reports show this line to help with fixes. No verdict depends on the line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

from lib.environments import ROOT

FILE = "origins.json"
OURS = f"{ROOT}/"


def note() -> dict[str, str]:
    """Return a dict that gets an entry for every construct created later: path -> `lib/constructs/ledger.py:27`.

    The function wraps `jsii.create(class, object, [scope, id, …])`, which creates every construct, CDKTF's or ours.
    """
    import jsii
    from constructs import Construct

    made_at: dict[str, str] = {}
    paths: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
    create = jsii.create

    def create_and_note(kind: type, made: Any, arguments: list[Any] | None = None) -> Any:
        if isinstance(made, Construct):
            scope, id_ = (*(arguments or ()), None, None)[:2]
            if not isinstance(scope, Construct):
                paths[made] = ""  # an App
            else:
                above = paths.get(scope)
                if above is None:  # asking Node for every path would take longer than the synthesis
                    above = scope.node.path
                if isinstance(id_, str):  # a backend has none
                    paths[made] = "/".join(filter(None, (above, id_.replace("/", "--"))))
                    made_at[paths[made]] = _line(sys._getframe(1))
        return create(kind, made, arguments)

    jsii.create = create_and_note  # type: ignore[assignment]  # what it returns is passed on
    return made_at


def _line(frame: FrameType | None) -> str:
    """Return `file:line` of the innermost frame in this project's code; empty if there is none."""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(OURS) and "site-packages" not in file:
            return f"{file.removeprefix(OURS)}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def write(stacks: Path, made_at: dict[str, str]) -> None:
    """Write the recorded lines beside each stack's JSON; `stacks` is the folder with the stacks' folders."""
    for folder in stacks.iterdir():
        own = {path: line for path, line in made_at.items() if line and path.startswith(f"{folder.name}/")}
        (folder / FILE).write_text(json.dumps(own, indent=2, sort_keys=True) + "\n")


def read(folder: Path) -> dict[str, str]:
    """Return the recorded lines of the stack in this folder; empty if there are none, or if they cannot be read."""
    try:
        noted = json.loads((folder / FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(noted, dict):
        return {}
    return {path: line for path, line in noted.items() if isinstance(line, str)}
