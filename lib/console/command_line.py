"""A command line whose commands have no options: each command reads its settings from environment variables.

Standard library only, because it runs before the project's environment exists.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lib import environments
from lib.errors import ToolError


@dataclass(frozen=True)
class Command:
    """`run` gets the environment variables and returns the text to print. It raises ToolError for wrong input."""

    help: str
    run: Callable[[Mapping[str, str]], str]


def main(package: str, description: str, commands: Mapping[str, Command], arguments: list[str] | None = None) -> int:
    """Run the command that `arguments` name (default: the process's arguments) and return the exit code.

    `package` is started again with the project's interpreter if another one runs it. The exit code is 0, or 2 for a
    ToolError, which becomes one line on standard error, or 130 for Ctrl-C.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {package}", description=description)
    choices = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, command in commands.items():
        choices.add_parser(name, help=command.help)
    chosen = commands[parser.parse_args(arguments).command]
    try:
        environments.enter("-m", package)
        print(chosen.run(os.environ))
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0
