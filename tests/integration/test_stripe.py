"""A stack whose gateway is Stripe, deployed before localstripe and a proxy that loses answers. docs/gateway.md"""

from __future__ import annotations

import contextlib
import io
import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lib.console.polling import wait_for
from lib.demo.temporary import temporary_deployment
from lib.operations.deployed import Deployed
from lib.operations.gateway_key import gateway_key
from lib.operations.reconcile import ReconcileOptions, reconcile
from lib.operations.smoke import Smoke
from lib.targets.deployment import Deployment
from lib.targets.pages import pages
from lib.targets.payments_client import PaymentsClient
from lib.targets.synth import judged_stack
from tests.gateway.localstripe import started
from tests.gateway.proxy import ANSWER_LOST, KEY, Proxy
from tests.silent_progress import SilentProgress

pytestmark = pytest.mark.emulator_only("before localstripe; docs/gateway.md has the way to Stripe itself")

RECORD_SECONDS = 90.0
MERCHANT = f"shop-{uuid.uuid4().hex.translate(str.maketrans('0123456789', 'ghijklmnop'))}"


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    with started() as localstripe, Proxy(localstripe) as listening:
        yield listening


@pytest.fixture(scope="module")
def deployed(environ: dict[str, str], proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """An emulator of its own."""
    settings = {**environ, "ENVIRONMENT_SUFFIX": "stripe-1", "PAYMENT_GATEWAY": "stripe"}
    stack = judged_stack(settings, tmp_path_factory.mktemp("stripe"))
    with temporary_deployment(stack.directory, SilentProgress(), {"STRIPE_BASE": proxy.url}) as made:
        yield made


@pytest.fixture(scope="module")
def api(deployed: Deployment) -> PaymentsClient:
    return deployed.payments.of(MERCHANT)


@pytest.fixture(scope="module")
def stack(deployed: Deployment) -> Deployed:
    return Deployed(deployed.target.name, deployed.outputs, deployed.client, deployed.payments.of)


@pytest.fixture(scope="module")
def settle(deployed: Deployment) -> Callable[[], None]:
    """One run of the settler, unless the schedule's is under way: the settler runs once at a time."""
    client = deployed.client("lambda")

    def run() -> None:
        with contextlib.suppress(client.exceptions.TooManyRequestsException):
            answer = client.invoke(FunctionName=deployed.outputs["settler_function_name"])
            assert "FunctionError" not in answer, answer["Payload"].read()

    return run


def wish(token: str, **other: Any) -> dict[str, Any]:
    return {"amount": 4200, "currency": "EUR", "payment_token": token, **other}


def test_without_a_key_a_payment_waits_and_with_one_it_is_made(
    api: PaymentsClient, stack: Deployed, proxy: Proxy
) -> None:
    """The first step of the way to Stripe's test mode: nothing is lost before the key is stored."""
    body = wish("pm_card_visa")
    assert api.create(body, "before-the-key").status >= 500
    assert proxy.received == []
    progress = SilentProgress()
    assert gateway_key(stack, io.StringIO(f"{KEY}\n"), progress) == 0
    again = api.create(body, "before-the-key")
    assert (again.status, again.body["status"], again.body["livemode"]) == (200, "captured", False)
    assert len(proxy.upstream.intents_of[again.body["payment_id"]]) == 1
    assert not any(KEY in line for line in progress.lines)


def test_a_decline_has_stripes_code(api: PaymentsClient) -> None:
    answer = api.create(wish("pm_card_visa_chargeDeclinedInsufficientFunds"), "declined")
    assert (answer.status, answer.body["decline_code"]) == (402, "insufficient_funds")


def test_a_life_at_stripe(api: PaymentsClient, proxy: Proxy) -> None:
    payment = api.create(wish("pm_card_visa", capture=False), "life").body
    assert payment["status"] == "authorized"
    assert api.step(payment["payment_id"], "capture", {"amount": 4000}, "life-capture").status == 200
    assert api.step(payment["payment_id"], "refunds", {"amount": 1000}, "life-refund").status == 201
    (intent,) = proxy.upstream.intents_of[payment["payment_id"]]
    assert [refund["amount"] for refund in proxy.upstream.refunds(intent)] == [1000]


def test_a_payment_whose_answer_is_lost_is_settled(
    api: PaymentsClient, proxy: Proxy, settle: Callable[[], None]
) -> None:
    proxy.fail(ANSWER_LOST)
    answer = api.create(wish("pm_card_visa"), "lost")
    assert (answer.status, answer.body["status"]) == (202, "pending")

    def captured() -> bool:
        settle()
        return bool(api.read(answer.body["payment_id"]).body["status"] == "captured")

    wait_for("the settler", captured, RECORD_SECONDS, 2.0)
    assert len(proxy.upstream.intents_of[answer.body["payment_id"]]) == 1


def test_a_currency_with_another_minor_unit_is_refused(api: PaymentsClient, proxy: Proxy) -> None:
    before = len(proxy.received)
    answer = api.create(wish("pm_card_visa", currency="ISK"), "krona")
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (400, "/currency")
    assert len(proxy.received) == before


def test_smoke_pays_at_stripe(stack: Deployed) -> None:
    progress = SilentProgress()
    assert Smoke(stack, progress).run() == 0, progress.lines


def test_the_three_records_agree(stack: Deployed, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_BASE", proxy.url)
    found = io.StringIO()

    def agree() -> bool:
        found.truncate(found.seek(0))
        return reconcile(stack, ReconcileOptions(settle_seconds=0, as_json=True), SilentProgress(), found) == 0

    wait_for("records that agree", agree, RECORD_SECONDS, 2.0)
    assert json.loads(found.getvalue())["compared_with_gateway"]["stripe"] >= 4


def test_the_key_is_in_no_state_no_output_no_variable_and_no_log(deployed: Deployment, stack: Deployed) -> None:
    backend = deployed.stack.backend
    state = deployed.client("s3").get_object(Bucket=backend["bucket"], Key=backend["key"])["Body"].read().decode()
    assert deployed.outputs["gateway_secret_arn"] in state
    assert KEY not in state + json.dumps(deployed.outputs)
    for name in ("payment_function_name", "settler_function_name"):
        function = deployed.outputs[name]
        configuration = deployed.client("lambda").get_function_configuration(FunctionName=function)
        assert KEY not in json.dumps(configuration, default=str)
        since = int((time.time() - 3600) * 1000)
        group = f"/aws/lambda/{function}"
        events = pages(deployed.client("logs"), "filter_log_events", "events", logGroupName=group, startTime=since)
        assert not [event for event in events if KEY in event["message"]]
    secret = stack.connect("secretsmanager").get_secret_value(SecretId=deployed.outputs["gateway_secret_arn"])
    assert secret["SecretString"] == KEY
