"""The worker's protocol: one JSON object in each line of standard input and output.

The worker reads a PoliciesRequest and a StacksRequest, and writes an Answer or an ErrorAnswer (messages.py).

A separate child process serves each pair of requests, because Checkov keeps policies in global registries, and the
policies of one request must not affect the next request.
"""

# mypy: disable-error-code="import-not-found"
from __future__ import annotations

import functools
import gc
import json
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from io import FileIO
from pathlib import Path
from typing import Any

from . import surroundings
from .messages import Answer, ErrorAnswer, PoliciesRequest, StackAnswer, StacksRequest


def serve() -> None:
    """Import Checkov, then answer requests until the input ends."""
    requests, answers = FileIO(0, closefd=False), os.dup(1)
    os.dup2(2, 1)  # the output of checks must not mix with answers
    complaints = surroundings.listen_to_checkov()
    surroundings.go_offline()
    surroundings.skip_unused_modules()
    other_clouds = surroundings.leave_other_clouds()
    surroundings.keep_jsonpath_grammar()

    from . import judging, policies  # noqa: F401 - both import Checkov

    policies.load_built_in()
    gc.freeze()
    gc.enable()
    while judge_by := requests.readline():
        work = functools.partial(_answer, json.loads(judge_by), requests, complaints, other_clouds)
        with os.fdopen(os.dup(answers), "wb") as stream:
            stream.write(_in_a_child(work) + b"\n")


def _in_a_child(work: Callable[[], Answer | ErrorAnswer]) -> bytes:
    """Run `work` in a child process, and return its result as JSON. If the child ends early, return an error."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with os.fdopen(writing, "wb") as stream:
                stream.write(json.dumps(work()).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        answer = stream.read()
    _, status = os.waitpid(child, 0)
    if answer and not status:
        return answer
    return json.dumps(
        {"error": f"Checkov ended with status {status} before it had checked everything; nothing has passed"}
    ).encode()


def _answer(
    judge_by: PoliciesRequest, requests: FileIO, complaints: surroundings.Complaints, other_clouds: list[str]
) -> Answer | ErrorAnswer:
    from checkov.version import version

    from .judging import judge
    from .policies import built_in_checks, load_policies, read_config

    error: Exception | None = None
    try:
        complaints.refuse("its installation is broken; remove .venv-checkov and run make setup")
        policies = load_policies(Path(judge_by["policies"]), complaints)
        skips = read_config(Path(judge_by["config"]), policies)
    except Exception as raised:  # the code below reports it
        error = raised
    question: StacksRequest = json.loads(requests.readline())
    stacks = question["stacks"]
    try:
        if error:
            raise error
        if any(not address.startswith("aws_") for stack in stacks for address in stack["resources"]):
            surroundings.import_other_clouds(other_clouds)
        jobs = [(Path(stack["file"]), stack["resources"], policies, complaints) for stack in stacks]
        judged = [judge(*jobs[0])] if len(jobs) == 1 else _side_by_side(jobs)
    except surroundings.GateError as refusal:
        return {"error": str(refusal)}
    except BaseException as broken:  # any exception means that nothing has passed
        return {"error": f"Checkov failed with {broken!r}; nothing has passed"}
    return {
        "policies": sorted(policies),
        "skips": skips,
        "built_in": built_in_checks(policies),
        "stacks": judged,
        "checkov": version,
    }


def _side_by_side(jobs: list[tuple[Any, ...]]) -> list[StackAnswer]:
    """Check stacks in parallel, one process for each core; forked processes share the loaded policies."""
    global _jobs
    _jobs = jobs
    workers = min(len(jobs), os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork")) as pool:
        return list(pool.map(_judge_job, range(len(jobs))))


def _judge_job(number: int) -> StackAnswer:
    from .judging import judge

    return judge(*_jobs[number])


_jobs: list[tuple[Any, ...]] = []
