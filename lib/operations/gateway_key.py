"""`make gateway-key`: a key of Stripe's test mode goes from the terminal or a pipe into the stack's secret.

It is in no argument, variable, file or message on its way, and Terraform knows the secret without its value.
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
# docs.stripe.com/keys; lib/lambda/payments/stripe_key.py takes the same ones and no others.
KEY = re.compile(r"(?:sk|rk)_test_[A-Za-z0-9_]{8,240}")
LIVE = re.compile(r"\w{2,8}_live_")
KNOWN = ("pk_test_", "sk_org_", "whsec_", "sk_test_", "rk_test_")
FIX = "take a secret key (sk_test_…) or a restricted one (rk_test_…) from https://dashboard.stripe.com/test/apikeys"


def gateway_key(stack: Deployed, source: TextIO | None, progress: Progress) -> int:
    """0 when the key is stored, 1 when it is refused because it is live. Raises ToolError, ClientError."""
    secret = stack.outputs.get(OUTPUT, "")
    if not secret:
        raise ToolError(
            f"{OUTPUT} of {stack.name} is empty: its gateway is simulated and needs no key; "
            "deploy with PAYMENT_GATEWAY=stripe first"
        )
    key = read_key(source)
    if LIVE.match(key):
        progress.show("[red]refused[/red]  a key of the live mode: the adapter is for Stripe's test mode only")
        progress.show(f"{FIX}; docs/gateway.md says what to certify before live keys")
        return 1
    if not KEY.fullmatch(key):
        raise ToolError(f"{_described(key)} is no key of Stripe's test mode; {FIX}")
    stack.connect("secretsmanager").put_secret_value(SecretId=secret, SecretString=key)
    progress.show(f"[green]stored[/green]  in {escape(secret)}; the functions read it with their next payment")
    return 0


def read_key(source: TextIO | None) -> str:
    """From a terminal without echo, or the first line of a pipe or file. Raises ToolError where there is none.

    `source` is None where standard input is closed.
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
            raise ToolError(f"what was read is no text; {FIX}") from None
    if not line.strip():
        raise ToolError(f"standard input holds no key; {FIX}")
    return line.strip()


def _described(key: str) -> str:
    """What was read, without any of it that could be secret."""
    prefix = next((prefix for prefix in KNOWN if key.startswith(prefix)), "")
    return f"what was read ({len(key)} characters, {f'a {prefix}… key' if prefix else 'no prefix of a key'})"
