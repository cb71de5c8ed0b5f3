"""The function behind the API: payments are made, captured, voided, refunded and read.

Events and answers are those of an HTTP API with payload format 2.0
(docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
"""

from __future__ import annotations

import functools
import json
import time
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from payments import cards, cursor, screening, settings, validation
from payments.ledger import DynamoDbLedger
from payments.observability import count_amount, count_change, logger, metrics, traced
from payments.payment import Payment
from payments.problems import MEDIA_TYPE, FieldError, Problem, invalid
from payments.service import Done, Payments

REPLAYED = {"Idempotency-Replayed": "true"}

app = APIGatewayHttpResolver()


@functools.cache
def payments() -> Payments:
    """Made at the first request, and kept for the next ones."""
    table, index = settings.required(settings.TRANSACTIONS_TABLE), settings.required(settings.MERCHANT_INDEX)
    return Payments(DynamoDbLedger(table, index))


@functools.cache
def seal() -> cursor.Seal:
    """Made at the first list that has a second page."""
    return cursor.KmsSeal(settings.required(settings.CURSOR_KEY))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
@metrics.log_metrics
@traced
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request. Raises UnforeseenError only, so that the function's error alarm rings."""
    begin = time.perf_counter()
    try:
        return app.resolve(event, context)
    except UnforeseenError:
        raise
    except Exception:  # an event that is not the API's
        raise _unforeseen() from None
    finally:
        elapsed = (time.perf_counter() - begin) * 1000
        metrics.add_metric(name="Latency", unit=MetricUnit.Milliseconds, value=elapsed)


class UnforeseenError(Exception):
    """What Lambda logs of a failure, unredacted: so it says nothing of the request."""


def _unforeseen() -> UnforeseenError:
    """Log the exception that is being handled, redacted, and count it."""
    logger.exception("unforeseen failure")
    _count("PaymentsFailed")
    return UnforeseenError("the log line with this request's id has the failure, redacted")


def fail(_: Exception) -> Response[str]:
    """The router would log what nobody handles with a logger of its own, which redacts nothing."""
    raise _unforeseen() from None


def screen(app: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Before every route: no card numbers, no body where none belongs, no query but a list's."""
    event = app.current_event
    if found := list(screening.findings(event.raw_event)):
        raise invalid(*found)  # and no other error, which could name what holds the number
    errors = []
    if event.http_method == "GET" and event.body:
        errors.append(FieldError("", "a GET has no body"))
    if (event.http_method, event.path) != ("GET", "/payments"):
        errors += validation.unknown_parameters(event.query_string_parameters, ())
    if errors:
        raise invalid(*errors)
    return next_middleware(app)


app.use(middlewares=[screen])


@app.post("/payments")
def take() -> Response[str]:
    key = _idempotency_key()
    taken = payments().take(validation.payment_request(_body(), settings.maximum_amount()), key, _actor())
    payment = taken.payment
    _report("PaymentsReplayed" if taken.replayed else "PaymentsTaken", payment)
    if taken.replayed:
        return _answer(HTTPStatus.OK, payment.shown(), REPLAYED)
    count_change(payment.state, payment.currency)
    count_amount(payment.currency, payment.amount)
    return _answer(HTTPStatus.CREATED, payment.shown(), {"Location": f"/payments/{payment.payment_id}"})


@app.post("/payments/<payment_id>/capture")
def capture(payment_id: str) -> Response[str]:
    key = _idempotency_key()
    done = payments().capture(payment_id, validation.capture_amount(_body()), key, _actor())
    return _step_done("PaymentsCaptured", done, HTTPStatus.OK, done.payment.shown())


@app.post("/payments/<payment_id>/void")
def void(payment_id: str) -> Response[str]:
    key = _idempotency_key()
    validation.nothing(_body())
    done = payments().void(payment_id, key, _actor())
    return _step_done("PaymentsVoided", done, HTTPStatus.OK, done.payment.shown())


@app.post("/payments/<payment_id>/refunds")
def refund(payment_id: str) -> Response[str]:
    key = _idempotency_key()
    done = payments().refund(payment_id, validation.refund_amount(_body()), key, _actor())
    return _step_done("PaymentsRefunded", done, HTTPStatus.CREATED, done.refund())


@app.get("/payments/<payment_id>")
def read(payment_id: str) -> Response[str]:
    payment = payments().read(payment_id)
    _count("PaymentsRead")
    return _answer(HTTPStatus.OK, payment.shown())


@app.get("/payments")
def list_payments() -> Response[str]:
    query, written = validation.query(app.current_event.query_string_parameters)
    page = payments().page(query, cursor.read(written, query, seal()) if written is not None else None)
    document: dict[str, Any] = {"payments": [payment.shown() for payment in page.payments]}
    if page.last:
        document["next_cursor"] = cursor.write(page.last, query, seal())
    _count("PaymentsListed")
    return _answer(HTTPStatus.OK, document)


def answer_problem(problem: Problem) -> Response[str]:
    _count("RequestsRefused")
    logger.info("request refused", status=int(problem.status), problem=problem.name)
    return _answer(problem.status, problem.body(), problem.headers, MEDIA_TYPE)


app.exception_handler(Problem)(answer_problem)
app.exception_handler(Exception)(fail)


@app.not_found
def answer_no_route(_: NotFoundError) -> Response[str]:
    return answer_problem(Problem(HTTPStatus.NOT_FOUND, "no-such-route", "There is nothing at this method and path."))


def _step_done(metric: str, done: Done, status: HTTPStatus, document: dict[str, Any]) -> Response[str]:
    _report("StepsReplayed" if done.replayed else metric, done.payment)
    if done.replayed:
        return _answer(HTTPStatus.OK, document, REPLAYED)
    count_change(done.payment.state, done.payment.currency)
    return _answer(status, document)


def _report(metric: str, payment: Payment) -> None:
    """Count it, and log which payment it was."""
    _count(metric)
    logger.info(metric, payment_id=payment.payment_id, merchant_id=payment.merchant_id, state=payment.state)


def _idempotency_key() -> str:
    return validation.idempotency_key(app.current_event.headers.get("idempotency-key"))


def _body() -> str | None:
    try:
        return app.current_event.decoded_body
    except ValueError:  # not base64, or not UTF-8
        raise invalid(FieldError("", "is not UTF-8")) from None


def _actor() -> str:
    """Who signed the request, by ARN."""
    authorizer = app.current_event.raw_event.get("requestContext", {}).get("authorizer") or {}
    arn = (authorizer.get("iam") or {}).get("userArn")
    return arn if isinstance(arn, str) and arn and not cards.contains(arn) else "unknown"


def _count(metric: str) -> None:
    metrics.add_metric(name=metric, unit=MetricUnit.Count, value=1)


def _answer(
    status: HTTPStatus, document: dict[str, Any], headers: dict[str, str] | None = None, media: str = "application/json"
) -> Response[str]:
    return Response(status_code=int(status), content_type=media, body=json.dumps(document), headers={**(headers or {})})
