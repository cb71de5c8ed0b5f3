"""The processor: the Lambda function behind the API, which creates, captures, voids, refunds and reads payments."""

from __future__ import annotations

import functools
import time
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from payments import cursor, settings, validation
from payments.completion import Completion
from payments.errors import FieldError, InvalidRequestError, PaymentError, UnavailableError
from payments.gateway_calls import GatewayCalls
from payments.gateways import gateway
from payments.http_api import HttpAnswer, HttpRequest, Route, Router
from payments.ledger import DynamoDbLedger
from payments.metrics import MILLISECONDS
from payments.observability import count, count_amount, count_change, logger, metrics, report_gateway
from payments.problems import MEDIA_TYPE, RETRY_SECONDS, Problem, declined, problem_of
from payments.service import Payments, StepRequest, StepResult
from payments.states import DECLINED, PENDING

REPLAYED = {"Idempotency-Replayed": "true"}
LIST = "/merchants/{merchant_id}/payments"
ONE = LIST + "/{payment_id}"


def now() -> datetime:
    return datetime.now(UTC)


@functools.cache
def payments() -> Payments:
    """Return the operations on payments. They are created with the first request and kept for later ones."""
    ledger = DynamoDbLedger(
        settings.required(settings.TRANSACTIONS_TABLE),
        settings.required(settings.MERCHANT_INDEX),
        settings.required(settings.PENDING_INDEX),
    )
    completion = Completion(ledger, GatewayCalls(gateway, now, report_gateway), now, report_gateway)
    return Payments(
        ledger, gateway(settings.required(settings.PAYMENT_GATEWAY)), completion, now, settings.maximum_amount()
    )


@functools.cache
def signer() -> cursor.Signer:
    """Return the signer of cursors. It is created when a list first needs a second page."""
    return cursor.KmsSigner(settings.required(settings.CURSOR_KEY))


class UnforeseenError(Exception):
    """An unexpected error, without any part of the request. The real error is logged redacted.

    Lambda itself logs the exception that a handler raises, and does not redact it.
    """


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
@metrics.written
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request. Raises only UnforeseenError, which fires the function's error alarm."""
    begin = time.perf_counter()
    try:
        request = HttpRequest.of(event, context.aws_request_id, lambda: context.get_remaining_time_in_millis() / 1000)
        try:
            _screen(request)
            answer = ROUTER.answer(request)
        except (Problem, PaymentError, UnavailableError) as error:
            answer = _refused(problem_of(error))
        return answer.result(request.request_id, payments().gateway.livemode)
    except Exception:
        logger.exception("unforeseen failure")
        count("PaymentsFailed")
        raise UnforeseenError("see the log line with this request's id for the redacted error") from None
    finally:
        elapsed = (time.perf_counter() - begin) * 1000
        metrics.add("Latency", elapsed, MILLISECONDS)


def _screen(request: HttpRequest) -> None:
    """Check that a GET has no body, and that only a list has query parameters. Raises InvalidRequestError."""
    errors = [FieldError("", "must be absent in a GET")] if request.method == "GET" and request.raw_body else []
    if not (request.method == "GET" and request.path.endswith("/payments")):
        errors += validation.unknown_parameters(request.query, ())
    if errors:
        raise InvalidRequestError(*errors)


def take(request: HttpRequest, merchant_id: str) -> HttpAnswer:
    ask = _ask(request, merchant_id)
    wanted = validation.payment_request(ask.merchant_id, request.body())
    done = payments().take(wanted, ask)
    payment = done.payment
    location = {"Location": f"/merchants/{payment.merchant_id}/payments/{payment.payment_id}"}
    if not done.replayed:
        count_amount(payment.currency, payment.amount)
    return _answer("PaymentsTaken", done, HTTPStatus.CREATED, payment.shown(), location)


def capture(request: HttpRequest, merchant_id: str, payment_id: str) -> HttpAnswer:
    ask = _ask(request, merchant_id, payment_id)
    done = payments().capture(ask, validation.capture_amount(request.body()))
    return _answer("PaymentsCaptured", done, HTTPStatus.OK, done.payment.shown())


def void(request: HttpRequest, merchant_id: str, payment_id: str) -> HttpAnswer:
    ask = _ask(request, merchant_id, payment_id)
    validation.nothing(request.body())
    done = payments().void(ask)
    return _answer("PaymentsVoided", done, HTTPStatus.OK, done.payment.shown())


def refund(request: HttpRequest, merchant_id: str, payment_id: str) -> HttpAnswer:
    ask = _ask(request, merchant_id, payment_id)
    done = payments().refund(ask, validation.refund_amount(request.body()))
    return _answer("PaymentsRefunded", done, HTTPStatus.CREATED, done.refund())


def read(_: HttpRequest, merchant_id: str, payment_id: str) -> HttpAnswer:
    payment = payments().read(validation.merchant_id(merchant_id), payment_id)
    count("PaymentsRead")
    return HttpAnswer(HTTPStatus.OK, payment.shown())


def list_payments(request: HttpRequest, merchant_id: str) -> HttpAnswer:
    query, written = validation.query(merchant_id, request.query)
    page = payments().page(query, cursor.read(written, query, signer()) if written is not None else None)
    document: dict[str, Any] = {"payments": [payment.shown() for payment in page.payments]}
    if page.last:
        document["next_cursor"] = cursor.write(page.last, query, signer())
    count("PaymentsListed")
    return HttpAnswer(HTTPStatus.OK, document)


ROUTER = Router(
    Route("POST", LIST, take),
    Route("GET", LIST, list_payments),
    Route("GET", ONE, read),
    Route("POST", ONE + "/capture", capture),
    Route("POST", ONE + "/void", void),
    Route("POST", ONE + "/refunds", refund),
)


def _ask(request: HttpRequest, merchant_id: str, payment_id: str = "") -> StepRequest:
    """Return the StepRequest of an HTTP request. Raises InvalidRequestError for a wrong merchant or idempotency key."""
    return StepRequest(
        merchant_id=validation.merchant_id(merchant_id),
        payment_id=payment_id,
        idempotency_key=validation.idempotency_key(request.headers.get("idempotency-key")),
        caller=request.caller(),
        seconds_left=request.seconds_left,
    )


def _answer(
    metric: str, done: StepResult, status: HTTPStatus, document: dict[str, Any], headers: dict[str, str] | None = None
) -> HttpAnswer:
    """Return 201 or 200; 202 if the step is pending; 402 if the gateway declined; 200 instead of 201 for a replay."""
    payment, step = done.payment, done.step
    count(("PaymentsReplayed" if step.makes_the_payment else "StepsReplayed") if done.replayed else metric)
    logger.info(
        metric,
        payment_id=payment.payment_id,
        merchant_id=payment.merchant_id,
        state=payment.state,
        step=step.kind,
        step_state=step.state,
        request_id=step.request_id,
        replayed=done.replayed,
    )
    if not done.replayed:
        count_change(payment.state)
    headers = {**(headers or {}), **(REPLAYED if done.replayed else {})}
    if step.state == DECLINED:
        return _problem(declined(payment.payment_id, step.decline_code or payment.decline_code or ""), headers)
    if step.state == PENDING:
        return HttpAnswer(HTTPStatus.ACCEPTED, document, {**headers, "Retry-After": RETRY_SECONDS})
    return HttpAnswer(HTTPStatus.OK if done.replayed else status, document, headers)


def _refused(problem: Problem) -> HttpAnswer:
    count("RequestsRefused")
    logger.info("request refused", status=int(problem.status), problem=problem.name)
    return _problem(problem, {})


def _problem(problem: Problem, headers: dict[str, str]) -> HttpAnswer:
    return HttpAnswer(problem.status, problem.body(), {**problem.headers, **headers}, MEDIA_TYPE)
