"""The messages between the gate and the worker, each a JSON object on a line. Standard library only: both import it."""

from __future__ import annotations

from typing import TypedDict


class PoliciesRequest(TypedDict):
    """What to check by, as absolute paths: loaded at once."""

    policies: str
    config: str


class StackRequest(TypedDict):
    """A cdk.tf.json, as an absolute path, and the addresses of its resources."""

    file: str
    resources: list[str]


class StacksRequest(TypedDict):
    """What to check; it follows a PoliciesRequest."""

    stacks: list[StackRequest]


class FindingAnswer(TypedDict):
    """A failed check; `address` is empty for the stack itself, `fix` for most of Checkov's own checks."""

    id: str
    message: str
    fix: str
    address: str


class StackAnswer(TypedDict):
    """How many checks passed or failed, and those that failed."""

    checks: int
    findings: list[FindingAnswer]


class BuiltInCheck(TypedDict):
    """A check of Checkov's own."""

    title: str
    waivable: bool


class Answer(TypedDict):
    """The answer to both requests: ids of the policies, id -> reason of the skips, and the stacks in their order."""

    policies: list[str]
    skips: dict[str, str]
    built_in: dict[str, BuiltInCheck]
    stacks: list[StackAnswer]
    checkov: str  # its version


class ErrorAnswer(TypedDict):
    """Instead of an Answer: one line that names what is wrong and the fix."""

    error: str
