"""Notes each AWS call of the process that starts with this folder on its PYTHONPATH: a Lambda's, in the emulator.

Breaks some of them, where a test has armed a fault (faults.py). A line of JSON a call, at the end of the file
CALLS_FILE: {"function", "service", "operation", "parameters"}. The function's own code knows nothing of it.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

WHICH = ("TableName", "IndexName", "Bucket", "Key", "Prefix", "KeyId", "QueueUrl", "TopicArn")


def note(params: dict[str, Any], model: Any, **_: Any) -> None:
    """Before the call is made, so that one that is refused is there too."""
    line = {
        "function": os.environ["AWS_LAMBDA_FUNCTION_NAME"],
        "service": model.service_model.service_name,
        "operation": model.name,
        "parameters": {name: params[name] for name in WHICH if name in params},
    }
    with Path(os.environ["CALLS_FILE"]).open("a") as calls:
        calls.write(json.dumps(line) + "\n")


def listen(session: Any) -> None:
    import faults  # beside this file

    session.register("before-parameter-build.*.*", note)
    session.register("before-send", faults.before)
    session.register("needs-retry", faults.after)


if "CALLS_FILE" in os.environ and "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])  # the SDK of the function's zip, not the emulator's
    import botocore

    botocore.register_initializer(listen)
