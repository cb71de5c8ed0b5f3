"""`python -m lib.deploy {plan|deploy|destroy|drift|state-bucket|unlock|demo|demo-down|outputs|env}`.

Exit codes: 0 done; 1 a policy finding, a refused plan, drift, leftovers of a destroy, or the answer no; 2 wrong input
or a broken tool, including Terraform, with one line on standard error; 130 Ctrl-C. make exits with 2 for every failure.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys

from lib import environments
from lib.errors import ToolError

COMMANDS = {
    "demo": "synthesize, check, deploy to a local emulator, take payments, destroy; KEEP=1 keeps the stack running",
    "demo-down": "destroy the kept demo and stop its emulator",
    "outputs": "print the deployed stack's outputs as one JSON object: the kept demo's, else those on AWS",
    "env": "print export lines that point the aws CLI and boto3 at the kept demo",
    "state-bucket": "create the state bucket, or correct its settings",
    "plan": "check and save what a deploy would change on AWS; with TAP_TARGET=emulator, or if TERRAFORM_STATE_BUCKET "
    "is not set, on the kept demo",
    "deploy": "plan, check, show and, once confirmed, apply the plan; PLAN=FOLDER applies a saved plan",
    "destroy": "remove everything from AWS; needs only the state",
    "drift": "show manual changes of the deployed stack, each with the violated rule: the kept demo's, else AWS's",
    "unlock": "remove the state lock that a killed run left; LOCK=ID",
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m lib.deploy", description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    added = {name: commands.add_parser(name, help=text) for name, text in COMMANDS.items()}
    added["drift"].add_argument("--json", action="store_true", help="one JSON object, for a nightly job")
    parsed = parser.parse_args(arguments)
    # End as orderly as after Ctrl-C if a CI job is cancelled or a session ends.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        environments.enter("-m", "lib.deploy")
        return run(parsed.command, as_json=getattr(parsed, "json", False))
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; run the same command again to continue", file=sys.stderr)
        return 130


def run(command: str, *, as_json: bool = False) -> int:
    """Run the command and return its exit code. Raises ToolError."""
    from botocore.exceptions import BotoCoreError, ClientError

    from lib.console.progress import ConsoleProgress, console_for
    from lib.demo import demo
    from lib.deploy import aws_commands, demo_commands
    from lib.deploy.options import DeployOptions
    from lib.targets import chosen
    from lib.targets.kept import DemoFolder
    from lib.targets.synth import RefusedError

    # Standard output is for programs; progress goes to standard error.
    for_programs = command in ("outputs", "env") or as_json
    progress = ConsoleProgress(console_for(sys.stderr if for_programs else sys.stdout))
    options = DeployOptions.from_environment(os.environ)
    try:
        if command == "demo":
            return demo.demo(os.environ, progress, keep=options.keep, port=options.port)
        if command == "demo-down":
            return demo.demo_down(progress)
        if command == "drift":
            from lib.drift.command import drift

            return drift(os.environ, progress, as_json=as_json)
        if command == "env":
            print("\n".join(demo.kept_environment()))
        elif command == "outputs":
            print(json.dumps(chosen.outputs(os.environ, progress), indent=2))
        elif command in ("plan", "deploy") and (kept := chosen.demo_to_change(os.environ)):
            return demo_commands.run(command, kept, os.environ, options, progress, DemoFolder())
        else:
            return aws_commands.run(command, os.environ, options, progress)
    except RefusedError as error:
        return error.exit_code
    except (BotoCoreError, ClientError) as error:
        raise ToolError(f"a call to AWS failed: {error}") from error
    return 0


if __name__ == "__main__":
    sys.exit(main())
