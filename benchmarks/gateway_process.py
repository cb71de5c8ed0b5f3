"""Payments at Stripe in a fresh process: `python -S -B gateway_process.py {ours|sdk} URL COUNT FOLDER…` prints JSON.

Python imports packages only from these folders, beside its own library. The process first imports the processor's
imports, which are not measured.
"""

import importlib
import json
import sys
import time
from collections.abc import Callable

KEY = "sk_test_51Benchmark"


def ours(url: str) -> Callable[[str], object]:
    """The adapter."""
    from payments.gateway import Charge
    from payments.stripe import Stripe
    from payments.stripe_api import StripeApi

    class Keys:
        def current(self) -> str:
            return KEY

        def renewed(self, refused: str) -> str | None:  # noqa: ARG002
            return None

    adapter = Stripe(StripeApi(Keys(), url))
    return lambda key: adapter.sale(Charge(key, "coffee-house", 4200, "EUR", "pm_card_visa"), key, repeat=False)


def sdk(url: str) -> Callable[[str], object]:
    """The same request by Stripe's SDK."""
    stripe = importlib.import_module("stripe")
    client = stripe.StripeClient(KEY, base_addresses={"api": url}, max_network_retries=0)
    return lambda key: client.v1.payment_intents.create(
        params={
            "amount": 4200,
            "currency": "eur",
            "payment_method": "pm_card_visa",
            "payment_method_types": ["card"],
            "capture_method": "automatic",
            "confirm": True,
            "metadata": {"payment_id": key, "merchant_id": "coffee-house", "key": key},
            "expand": ["latest_charge"],
        },
        options={"idempotency_key": key},
    )


def main() -> None:
    kind, url, count, *folders = sys.argv[1:]
    sys.path[:0] = folders
    importlib.import_module("payments.processor").payments()
    begin = time.perf_counter()
    pay = {"ours": ours, "sdk": sdk}[kind](url)
    ready = time.perf_counter()
    pay("first")
    used = time.process_time()
    for number in range(int(count)):
        pay(f"key-{number}")
    cpu = (time.process_time() - used) / int(count)
    print(json.dumps({"ready": ready - begin, "cpu": cpu}))


main()
