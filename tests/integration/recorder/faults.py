"""Breaks a call to AWS of the process that loads it, as a test has armed it: a Lambda's, in the emulator.

A fault is a file of the folder FAULTS_FOLDER, JSON: {"function": part of its name, "moment": "before" or "after",
"operation", "where": part of the URL, "header": one that the request has, "skip": how many such calls are let pass
first, "effect", "once"}. Effects: "exit",
"unreachable", or a code of CONFLICTS, which is answered instead of sending anything. A fault that is for once is gone
with the first call that it strikes. Each strike is a line, the fault's name, at the end of the file STRUCK in that
folder. The function's own code knows nothing of it.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import EndpointConnectionError

STRUCK = "struck"
# docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
CONFLICTS = {"ConditionalRequestConflict": 409, "PreconditionFailed": 412}


def before(request: Any, event_name: str, **_: Any) -> AWSResponse | None:
    """As the request would leave for AWS; what is returned is taken for its answer."""
    return strike("before", event_name, request.url, request.headers)


def after(response: Any, event_name: str, request_dict: dict[str, Any], **_: Any) -> None:
    """As the answer has come, before the function sees it; a refusal is none."""
    if response is not None and response[0].status_code < 300:
        strike("after", event_name, request_dict["url"], request_dict["headers"])


def strike(moment: str, event_name: str, url: str, headers: Mapping[str, Any]) -> AWSResponse | None:
    """Do what the first fault says that is armed for this call, if there is one."""
    operation, function = event_name.rpartition(".")[2], os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    for file in sorted(Path(os.environ["FAULTS_FOLDER"]).glob("*.json")):
        try:
            fault = json.loads(file.read_text())
            if (fault["moment"], fault["operation"]) != (moment, operation):
                continue
            if fault["function"] not in function or fault["where"] not in url:
                continue
            if fault["header"] and fault["header"] not in headers:
                continue
            if fault["skip"]:
                _replace(file, {**fault, "skip": fault["skip"] - 1})
                continue
            if fault["once"]:
                file.unlink()
        except FileNotFoundError:  # another process was first, or the test has ended it
            continue
        with (file.parent / STRUCK).open("a") as struck:
            struck.write(f"{file.stem}\n")
        if fault["effect"] == "exit":
            os._exit(1)
        if fault["effect"] in CONFLICTS:
            return refusal(url, fault["effect"])
        raise EndpointConnectionError(endpoint_url=url)
    return None


def _replace(file: Path, fault: dict[str, Any]) -> None:
    """As a whole: nobody reads half of it."""
    part = file.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps(fault))
    part.rename(file)


def refusal(url: str, code: str) -> AWSResponse:
    body = f"<Error><Code>{code}</Code><Message>armed by a test</Message></Error>".encode()
    return AWSResponse(url, CONFLICTS[code], HeadersDict(), SimpleNamespace(stream=lambda: iter([body])))
