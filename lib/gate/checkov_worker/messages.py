"""The messages between the gate and the worker: one JSON object in each line. Both programs import this file."""

from __future__ import annotations

from typing import TypedDict


class PoliciesRequest(TypedDict):
    """Paths (absolute) of the policies and settings that the worker loads at its start."""

    policies: str
    config: str


class StackRequest(TypedDict):
    """A cdk.tf.json, as an absolute path, and the addresses of its resources."""

    file: str
    resources: list[str]


class StacksRequest(TypedDict):
    """The stacks to check. The gate sends it after a PoliciesRequest."""

    stacks: list[StackRequest]


class FindingAnswer(TypedDict):
    """A failed check. `address` is empty for the stack itself; `fix` is empty for most built-in checks of Checkov."""

    id: str
    message: str
    fix: str
    address: str


class StackAnswer(TypedDict):
    """The number of checks that ran on a stack, and the failed checks."""

    checks: int
    findings: list[FindingAnswer]


class BuiltInCheck(TypedDict):
    """A built-in check of Checkov."""

    title: str
    waivable: bool


class Answer(TypedDict):
    """The answer to both requests: policy ids, skipped checks (id -> reason), and a StackAnswer for each stack."""

    policies: list[str]
    skips: dict[str, str]
    built_in: dict[str, BuiltInCheck]
    stacks: list[StackAnswer]
    checkov: str  # its version


class ErrorAnswer(TypedDict):
    """The worker's message instead of an Answer: one line with the error and its fix."""

    error: str
