"""`make gateway-key`: stores a key of Stripe's test mode in the stack's secret.

The command reads the key from the terminal or a pipe. The key is never in an argument, a variable, a file or a message,
and Terraform declares the secret without a value.
"""

from __future__ import annotations

import getpass
import re
import warnings
from typing import TextIO

from rich.markup import escape

from lib.console.progress import Progress
from lib.errors import ToolError
from lib.operations.deployed import Deployed

OUTPUT = "gateway_secret_arn"
LONGEST = 255
# docs.stripe.com/keys; lib/lambda/payments/stripe_key.py accepts the same keys.
KEY = re.compile(r"(?:sk|rk)_test_[A-Za-z0-9_]{8,240}")
LIVE = re.compile(r"\w{2,8}_live_")
KNOWN = ("pk_test_", "sk_org_", "whsec_", "sk_test_", "rk_test_")
FIX = "take a secret key (sk_test_…) or a restricted one (rk_test_…) from https://dashboard.stripe.com/test/apikeys"


def gateway_key(stack: Deployed, source: TextIO | None, progress: Progress) -> int:
    """Read a key and store it. Returns 0, or 1 if the key is for live mode. Raises ToolError, ClientError."""
    secret = stack.outputs.get(OUTPUT, "")
    if not secret:
        raise ToolError(
            f"{OUTPUT} of {stack.name} is empty: its gateway is simulated and needs no key; "
            "deploy with PAYMENT_GATEWAY=stripe first"
        )
    key = read_key(source)
    if LIVE.match(key):
        progress.show("[red]refused[/red]  a key of the live mode: the adapter is for Stripe's test mode only")
        progress.show(f"{FIX}; docs/gateway.md has the checklist for live mode")
        return 1
    if not KEY.fullmatch(key):
        raise ToolError(f"{_described(key)} is not a key of Stripe's test mode; {FIX}")
    stack.connect("secretsmanager").put_secret_value(SecretId=secret, SecretString=key)
    progress.show(f"[green]stored[/green]  in {escape(secret)}; the functions read it at their next payment")
    return 0


def read_key(source: TextIO | None) -> str:
    """Read the key from a terminal without echo, or from the first line of a pipe or file. Raises ToolError.

    `source` is None if standard input is closed.
    """
    if source is None:
        raise ToolError(f"standard input is closed; {FIX}")
    if source.isatty():
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            try:
                line = getpass.getpass("Stripe's test key (not shown): ")
            except (getpass.GetPassWarning, EOFError):
                raise ToolError(f"the terminal cannot hide a key; pipe it: make gateway-key < file; {FIX}") from None
    else:
        try:
            line = source.readline(LONGEST + 2)
        except UnicodeDecodeError:
            raise ToolError(f"the input is not text; {FIX}") from None
    if not line.strip():
        raise ToolError(f"standard input contains no key; {FIX}")
    return line.strip()


def _described(key: str) -> str:
    """Return a description of the input without secret parts."""
    prefix = next((prefix for prefix in KNOWN if key.startswith(prefix)), "")
    return f"the input ({len(key)} characters, {f'a {prefix}… key' if prefix else 'no prefix of a key'})"
