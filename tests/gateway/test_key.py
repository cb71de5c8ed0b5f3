"""The key: from a terminal or a pipe into Secrets Manager, from there to Stripe, and into nothing that is read."""

from __future__ import annotations

import base64
import io
import logging
import re
import subprocess
import sys
import traceback
import uuid
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest

from lib.environments import ROOT
from lib.errors import ToolError
from lib.operations import gateway_key
from lib.operations.deployed import Deployed
from lib.targets.emulator import Address, Emulator, free_port
from payments import stripe_key
from payments.gateway import Approved, Unknown
from payments.stripe import Stripe
from payments.stripe_api import RefusedError, StripeApi
from payments.stripe_key import KeyUnusableError, SecretsManagerKeys

from .harness import FixedKeys, charge
from .proxy import ANSWER_LOST, ERROR_WITHOUT_EFFECT, KEY, Fault, Proxy

LIVE = ["sk_live_51LiveLiveLive", "rk_live_51LiveLiveLive", "pk_live_51LiveLiveLive", "ek_live_51LiveLiveLive"]
NO_KEY = [
    "hello",
    "pk_test_51Publishable",
    "whsec_abcdefghijkl",
    "sk_test_",
    "sk_test_with space1234",
    "sk_test_" + "a" * 300,
]


class ConsoleProgress:
    """Progress that keeps its lines."""

    def __init__(self) -> None:
        self.text = ""

    def show(self, line: str) -> None:
        self.text += f"{line}\n"


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator.start(tmp_path_factory.mktemp("secrets"), "eu-west-1") as running:
        yield running


@pytest.fixture
def client(emulator: Emulator) -> Any:
    return emulator.address.client("secretsmanager")


@pytest.fixture
def secret(client: Any) -> str:
    """A secret without a value, as Terraform makes it."""
    arn: str = client.create_secret(Name=f"secret-gateway-{uuid.uuid4().hex[:8]}")["ARN"]
    return arn


def no_payments(_: str) -> NoReturn:
    raise AssertionError("it calls the API of nobody")


@pytest.fixture
def stack(emulator: Emulator, secret: str) -> Deployed:
    return Deployed("the stack", {"gateway_secret_arn": secret}, emulator.address.client, no_payments)


def value(client: Any, secret: str) -> str | None:
    """What is stored; AWS answers with an error where nothing is, the emulator without a value."""
    try:
        found: str | None = client.get_secret_value(SecretId=secret).get("SecretString")
    except client.exceptions.ResourceNotFoundException:
        return None
    return found


def test_a_key_from_a_pipe_is_stored_and_used(stack: Deployed, secret: str, client: Any, proxy: Proxy) -> None:
    shown = ConsoleProgress()
    assert gateway_key.gateway_key(stack, io.StringIO(f"{KEY}\n"), shown) == 0  # type: ignore[arg-type]
    assert "stored" in shown.text
    assert KEY not in shown.text
    assert value(client, secret) == KEY
    stripe = Stripe(StripeApi(SecretsManagerKeys(secret, client), proxy.url))
    wanted = charge("pm_card_visa")
    assert isinstance(stripe.sale(wanted, wanted.payment_id, repeat=False), Approved)


def test_a_key_that_was_replaced_is_read_again(stack: Deployed, secret: str, client: Any, proxy: Proxy) -> None:
    client.put_secret_value(SecretId=secret, SecretString="sk_test_OldOldOld")
    proxy.key = "sk_test_OldOldOld"
    stripe = Stripe(StripeApi(SecretsManagerKeys(secret, client), proxy.url))
    assert isinstance(stripe.sale(charge("pm_card_visa"), "key-1", repeat=False), Approved)
    gateway_key.gateway_key(stack, io.StringIO(KEY), ConsoleProgress())  # type: ignore[arg-type]
    proxy.key = KEY
    wanted = charge("pm_card_visa")
    assert isinstance(stripe.sale(wanted, wanted.payment_id, repeat=False), Approved)
    proxy.key = "sk_test_RolledAgain"  # and nobody has stored it
    with pytest.raises(RefusedError, match="401"):
        stripe.sale(charge("pm_card_visa"), "key-3", repeat=False)


@pytest.mark.parametrize("key", LIVE)
def test_a_live_key_is_refused_before_it_is_stored(stack: Deployed, secret: str, client: Any, key: str) -> None:
    shown = ConsoleProgress()
    assert gateway_key.gateway_key(stack, io.StringIO(key), shown) == 1  # type: ignore[arg-type]
    assert "live mode" in shown.text
    assert "docs/gateway.md" in shown.text
    assert key not in shown.text
    assert value(client, secret) is None


@pytest.mark.parametrize("text", NO_KEY)
def test_what_is_no_key_is_refused_and_not_repeated(stack: Deployed, text: str) -> None:
    with pytest.raises(ToolError, match=r"is not a key of Stripe's test mode; take a secret key \(sk_test_") as error:
        gateway_key.gateway_key(stack, io.StringIO(text), ConsoleProgress())  # type: ignore[arg-type]
    secret_part = re.sub(r"^\w+_test_|^whsec_", "", text)
    assert not secret_part or secret_part[:8] not in str(error.value)


@pytest.mark.parametrize("text", ["", "\n", "   \n"])
def test_nothing_is_no_key(stack: Deployed, text: str) -> None:
    with pytest.raises(ToolError, match="standard input contains no key"):
        gateway_key.gateway_key(stack, io.StringIO(text), ConsoleProgress())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "says"),
    [(None, "is closed"), (io.TextIOWrapper(io.BytesIO(b"\xff\xfesk_test_12345678"), "utf-8"), "is not text")],
)
def test_what_cannot_be_read_is_no_key(source: Any, says: str) -> None:
    with pytest.raises(ToolError, match=says):
        gateway_key.read_key(source)


def test_a_stack_with_the_simulated_gateway_needs_no_key(stack: Deployed) -> None:
    simulated = Deployed("the stack", {"gateway_secret_arn": ""}, stack.connect, no_payments)
    with pytest.raises(ToolError, match="PAYMENT_GATEWAY=stripe"):
        gateway_key.gateway_key(simulated, io.StringIO(KEY), ConsoleProgress())  # type: ignore[arg-type]


TERMINAL = """
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.executable, [sys.executable, "-c", sys.argv[1]])
shown = b""
while b"(not shown)" not in shown:
    shown += os.read(terminal, 1024)
os.write(terminal, sys.stdin.buffer.read())
try:
    while more := os.read(terminal, 1024):
        shown += more
except OSError:  # so ends a terminal on Linux
    pass
sys.stdout.buffer.write(shown)
"""


def test_a_terminal_does_not_show_the_key() -> None:
    """Neither as an echo nor as output. The terminal is one of its own, in a process of its own."""
    command = "import sys; from lib.operations.gateway_key import read_key; print(len(read_key(sys.stdin)), 'read')"
    done = subprocess.run(
        [sys.executable, "-c", TERMINAL, command],
        cwd=ROOT,
        input=f"{KEY}\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert f"{len(KEY)} read" in done.stdout
    assert KEY not in done.stdout


def test_a_key_in_an_argument_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lib.operations", "gateway-key", KEY], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "unrecognized arguments" in done.stderr
    assert KEY not in done.stderr


def test_both_sides_take_the_same_keys() -> None:
    """The command and the functions share no code."""
    assert gateway_key.KEY.pattern == stripe_key.KEY.pattern


@pytest.mark.parametrize("key", [*LIVE, *NO_KEY, ""])
def test_the_functions_refuse_what_the_command_would_not_store(
    secret: str, client: Any, proxy: Proxy, key: str
) -> None:
    if key:
        client.put_secret_value(SecretId=secret, SecretString=key)
    stripe = Stripe(StripeApi(SecretsManagerKeys(secret, client), proxy.url))
    with pytest.raises(KeyUnusableError, match="store one with make gateway-key") as error:
        stripe.sale(charge("pm_card_visa"), "key", repeat=False)
    assert len(key) < 9 or key not in "".join(traceback.format_exception(error.value))
    assert proxy.received == []


def test_a_secrets_manager_that_does_not_answer_is_no_defect(proxy: Proxy) -> None:
    """The payment waits."""
    nobody = Address(free_port(), "eu-west-1").client("secretsmanager")
    stripe = Stripe(StripeApi(SecretsManagerKeys("arn", nobody), proxy.url))
    answer = stripe.sale(charge("pm_card_visa"), "key", repeat=False)
    assert answer == Unknown("Secrets Manager did not answer: EndpointConnectionError")


FAILURES = {
    "401": Fault(effect=False, status=401),
    "400": Fault(effect=False, status=400),
    "500": ERROR_WITHOUT_EFFECT,
    "lost": ANSWER_LOST,
    "live": Fault(rewrite=lambda body: body.update(livemode=True)),
}


@pytest.mark.parametrize("fault", FAILURES.values(), ids=FAILURES.keys())
def test_no_log_line_and_no_exception_holds_the_key(
    secret: str, client: Any, proxy: Proxy, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    """At the most talkative level of every library; the proxy repeats the key in its 401, as Stripe does in part."""
    client.put_secret_value(SecretId=secret, SecretString=KEY)
    caplog.set_level(logging.DEBUG)
    keys = SecretsManagerKeys(secret, client)
    stripe = Stripe(StripeApi(keys, proxy.url))
    proxy.fail(fault)
    text = repr(stripe) + repr(keys)
    try:
        text += repr(stripe.sale(charge("pm_card_visa"), "key", repeat=False))
    except Exception as error:
        text += "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
    text += caplog.text + "".join(repr(record.__dict__) for record in caplog.records)
    assert len(proxy.received) == 1
    assert KEY not in text
    assert base64.b64encode(f"{KEY}:".encode()).decode() not in text


def test_a_wrong_key_in_stripes_message_goes_nowhere(proxy: Proxy) -> None:
    stripe = Stripe(StripeApi(FixedKeys("sk_test_NotTheProxys"), proxy.url))
    with pytest.raises(RefusedError) as error:
        stripe.sale(charge("pm_card_visa"), "key", repeat=False)
    assert "NotTheProxys" not in "".join(traceback.format_exception(error.value)) + repr(error.value)
