"""JSON lines on standard input and output.

    in    {"policies": "/abs/policies", "config": "/abs/.checkov.yaml"}           what to judge by: loaded at once
    in    {"stacks": [{"file": "/abs/cdk.tf.json", "resources": ["aws_sqs_queue.x", ...]}, ...]}
    out   {"policies": ["TAP-ENC-1", ...], "skips": {id: reason}, "stacks": [{"checks": 80, "findings": [...]}, ...]}
    out   {"error": "one line: what is wrong and the way out"}                    instead

Each such pair is served by a child of its own: Checkov keeps policies in global registries, and those of one request
must not stay for the next.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from io import FileIO
from pathlib import Path
from typing import Any

from . import surroundings


def serve() -> None:
    """Import Checkov, then answer until the input ends."""
    requests, answers = FileIO(0, closefd=False), os.dup(1)
    os.dup2(2, 1)  # what a check prints is not an answer
    complaints = surroundings.listen_to_checkov()
    surroundings.go_offline()
    surroundings.leave_out_network_libraries()
    other_clouds = surroundings.leave_other_clouds()
    surroundings.keep_jsonpath_grammar()

    from . import judging, policies  # noqa: F401 - both import Checkov

    policies.get_graph_checks_registry("terraform").load_checks()
    gc.freeze()
    gc.enable()
    while judge_by := requests.readline():
        child = os.fork()
        if child == 0:
            status = 1
            try:
                _send(answers, _answer(json.loads(judge_by), requests, complaints, other_clouds))
                status = 0
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        if status:
            _send(
                answers, {"error": f"Checkov's process ended with status {status} before it had judged; run it again"}
            )


def _answer(
    judge_by: dict[str, str], requests: FileIO, complaints: surroundings.Complaints, other_clouds: list[str]
) -> Any:
    from .judging import judge
    from .policies import load_policies, read_config

    error: Exception | None = None
    try:
        complaints.refuse("its installation is broken; remove .venv-checkov and run make setup")
        policies = load_policies(Path(judge_by["policies"]), complaints)
        skips = read_config(Path(judge_by["config"]), policies)
    except Exception as raised:  # noqa: BLE001 - told when the question has been asked
        error = raised
    stacks = json.loads(requests.readline())["stacks"]
    try:
        if error:
            raise error
        if any(not address.startswith("aws_") for stack in stacks for address in stack["resources"]):
            surroundings.import_other_clouds(other_clouds)
        jobs = [(Path(stack["file"]), stack["resources"], policies, complaints) for stack in stacks]
        judged = [judge(*jobs[0])] if len(jobs) == 1 else _side_by_side(jobs)
    except surroundings.GateError as refusal:
        return {"error": str(refusal)}
    except BaseException as broken:  # noqa: BLE001 - whatever it is, nothing has passed
        return {"error": f"Checkov failed with {broken!r}; nothing has passed"}
    return {"policies": sorted(policies), "skips": skips, "stacks": judged}


def _side_by_side(jobs: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Stacks know nothing of each other, so each core takes some. Forked, the processes have what they need."""
    global _jobs
    _jobs = jobs
    workers = min(len(jobs), os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork")) as pool:
        return list(pool.map(_judge_job, range(len(jobs))))


def _judge_job(number: int) -> dict[str, Any]:
    from .judging import judge

    return judge(*_jobs[number])


_jobs: list[tuple[Any, ...]] = []


def _send(answers: int, answer: dict[str, Any]) -> None:
    with os.fdopen(os.dup(answers), "wb") as stream:
        stream.write(json.dumps(answer).encode() + b"\n")
    sys.stderr.flush()
