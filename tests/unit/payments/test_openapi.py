"""docs/openapi.yaml says what the code does: routes, fields, bounds, problems, answers, examples."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from lib.constructs.front_door import ROUTES
from lib.environments import ROOT
from payments import cursor, service, validation
from payments.errors import InvalidRequestError
from payments.gateway import Declined, Unknown
from payments.problems import STATUSES
from payments.states import STEP_STATES, TRANSITIONS, UNDER_WAY
from tests.unit.payments.conftest import BODY, NOW, Answer, Call, World

SPEC: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
SCHEMAS = SPEC["components"]["schemas"]
METHODS = ("get", "post")
PAYMENTS = "/merchants/{merchant_id}/payments"
PAYMENT = f"{PAYMENTS}/{{payment_id}}"
# What API Gateway answers itself, and what only a ledger that is away makes the function answer.
NOT_OF_THE_FUNCTION = {"403", "429", "500", "503"}


def follow(part: Any) -> Any:
    """What a reference stands for."""
    while isinstance(part, dict) and "$ref" in part:
        at: Any = SPEC
        for name in part["$ref"].removeprefix("#/").split("/"):
            at = at[name]
        part = at
    return part


def validator(schema: Any) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": SPEC["components"]})


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in SPEC["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def filled(path: str, payment_id: str = "") -> str:
    return path.replace("{merchant_id}", "m-1").replace("{payment_id}", payment_id)


def anchored(pattern: Any) -> str:
    return f"^{pattern.pattern}$"


def test_the_document_is_openapi() -> None:
    OpenAPIV31SpecValidator(SPEC).validate()


def test_it_has_the_routes_that_are_deployed() -> None:
    assert {(method, path) for method, path, _ in operations()} == {
        (route.method, route.path) for route in ROUTES.values()
    }


def test_every_operation_may_be_throttled_refused_or_fail() -> None:
    """API Gateway's own answers, whatever the route."""
    for method, path, operation in operations():
        assert operation["responses"].keys() >= NOT_OF_THE_FUNCTION, (method, path)
        assert ("402" in operation["responses"]) == ("202" in operation["responses"]) == (method == "POST")


def test_the_function_answers_every_route(call: Call) -> None:
    for method, path, _ in operations():
        answer = call(method, filled(path, "pay_" + "a" * 32), key="k")
        assert answer.body.get("type") != "urn:payments:problem:no-such-route", (method, path)


def test_fields_and_bounds_are_those_of_the_validation() -> None:
    request = SCHEMAS["PaymentRequest"]
    assert set(request["properties"]) == set(validation.FIELDS)
    assert request["required"] == list(validation.REQUIRED)
    assert follow(request["properties"]["amount"])["maximum"] == validation.MAX_AMOUNT
    assert SCHEMAS["Identifier"]["pattern"] == anchored(validation.IDENTIFIER)
    assert follow(SPEC["components"]["parameters"]["MerchantId"]["schema"]) == SCHEMAS["Identifier"]
    assert request["properties"]["payment_token"]["pattern"] == anchored(validation.TOKEN)
    assert set(SCHEMAS["Currency"]["enum"]) == validation.CURRENCIES
    metadata = SCHEMAS["Metadata"]
    assert metadata["maxProperties"] == validation.MAX_METADATA_ENTRIES
    assert metadata["propertyNames"]["pattern"] == anchored(validation.METADATA_KEY)
    assert metadata["additionalProperties"]["maxLength"] == validation.MAX_METADATA_LENGTH
    assert SPEC["components"]["parameters"]["IdempotencyKey"]["schema"]["pattern"] == anchored(validation.KEY)
    assert SCHEMAS["Time"]["pattern"] == anchored(validation.RFC_3339)
    assert SCHEMAS["Cursor"]["maxLength"] == cursor.LONGEST
    assert SCHEMAS["Cursor"]["pattern"] == anchored(cursor.LETTERS)
    for schema in ("Payment", "Refund"):
        assert SCHEMAS[schema]["properties"]["payment_id"]["pattern"] == anchored(service.PAYMENT_ID)


def test_a_lists_parameters_are_those_of_the_validation() -> None:
    parameters = {parameter["name"]: parameter for parameter in SPEC["paths"][PAYMENTS]["get"]["parameters"]}
    assert tuple(parameters) == validation.QUERY_PARAMETERS
    limit = parameters["limit"]["schema"]
    assert (limit["maximum"], limit["default"]) == (validation.MAX_LIMIT, validation.DEFAULT_LIMIT)
    assert SCHEMAS["PaymentList"]["properties"]["payments"]["maxItems"] == validation.MAX_LIMIT


def test_states_are_those_of_the_table() -> None:
    assert set(SCHEMAS["State"]["enum"]) == set(TRANSITIONS)
    assert set(SCHEMAS["RefundState"]["enum"]) == set(STEP_STATES)
    for schema in ("Payment", "Problem"):
        assert set(SCHEMAS[schema]["properties"]["pending_step"]["enum"]) == set(UNDER_WAY.values())


def test_every_problem_of_the_code_is_listed_and_no_other() -> None:
    names = {f"urn:payments:problem:{error.name}" for error in STATUSES}
    for path in (ROOT / "lib" / "lambda" / "payments").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem":
                name = node.args[1]
                if isinstance(name, ast.Constant):  # else it is the name of one of STATUSES
                    names.add(f"urn:payments:problem:{name.value}")
    assert names == set(SCHEMAS["Problem"]["properties"]["type"]["enum"])


def test_every_object_is_closed() -> None:
    """Unknown fields are refused; metadata has values of one kind."""
    objects = {name: schema for name, schema in SCHEMAS.items() if schema.get("type") == "object"}
    assert {name for name, schema in objects.items() if schema["additionalProperties"] is not False} == {"Metadata"}


def examples(part: Any) -> Iterator[tuple[Any, Any]]:
    """(schema, example) of every media type."""
    if isinstance(part, dict):
        if "schema" in part:
            for example in part.get("examples", {}).values():
                yield part["schema"], follow(example)["value"]
            if "example" in part:
                yield part["schema"], part["example"]
        for inner in part.values():
            yield from examples(inner)


def test_examples_are_valid() -> None:
    found = list(examples(SPEC))
    assert len(found) > 8
    for schema, example in found:
        validator(schema).validate(example)


def test_request_examples_are_accepted() -> None:
    media = SPEC["paths"][PAYMENTS]["post"]["requestBody"]["content"]["application/json"]
    for example in media["examples"].values():
        assert validation.payment_request("coffee-house", json.dumps(example["value"]))


@pytest.mark.parametrize(
    "change",
    [
        {"merchant_id": "m-1"},
        {"amount": 0},
        {"amount": 10**12},
        {"amount": "1"},
        {"currency": "XXX"},
        {"currency": "eur"},
        {"payment_token": "1234567890"},
        {"payment_token": "t" * 256},
        {"customer_id": None},
        {"capture": 1},
        {"metadata": {"k": 1}},
        {"metadata": {"a b": "v"}},
        {"metadata": {"k": "v" * 501}},
        {"metadata": {f"k{index}": "v" for index in range(21)}},
        {"tip": 1},
    ],
)
def test_schema_and_code_refuse_the_same(change: dict[str, Any]) -> None:
    """A body that the schema lets through and the code does not would be news to a client, and the other way round."""
    accepted = {**BODY, "customer_id": "c", "capture": False, "metadata": {"k": "v"}}
    schema = validator(SCHEMAS["PaymentRequest"])
    assert schema.is_valid(accepted)
    assert validation.payment_request("m-1", json.dumps(accepted))
    assert not schema.is_valid({**accepted, **change})
    with pytest.raises(InvalidRequestError):
        validation.payment_request("m-1", json.dumps({**accepted, **change}))


def test_answers_are_those_of_the_document(call: Call, world: World) -> None:
    """Each is documented for its route and status, with its media type, its headers and every field."""
    replied: set[tuple[str, str, str]] = set()

    def check(method: str, path: str, answer: Answer) -> Any:
        responses = SPEC["paths"][path][method.lower()]["responses"]
        response = follow(responses[str(answer.status)])
        (media,) = response["content"].items()
        assert answer.headers["Content-Type"] == media[0]
        validator(media[1]["schema"]).validate(answer.body)
        for name, header in response.get("headers", {}).items():
            if follow(header).get("required") or name in answer.headers:
                validator(follow(header)["schema"]).validate(answer.headers[name])
        replied.add((method, path, str(answer.status)))
        return answer.body

    def post(path: str, body: Any, key: str, payment_id: str = "") -> Any:
        return check("POST", path, call("POST", filled(path, payment_id), body, key))

    def get(path: str, payment_id: str = "", query: dict[str, str] | None = None) -> Any:
        return check("GET", path, call("GET", filled(path, payment_id), query=query))

    def pay(key: str, token: str = "tok_visa", **other: Any) -> str:  # noqa: S107 - the name of a case
        body = {**BODY, "payment_token": token, "customer_id": "c", "metadata": {"k": "v"}, **other}
        return str(post(PAYMENTS, body, key)["payment_id"])

    unknown = "pay_" + "a" * 32
    made = {"sale": pay("sale"), "authorized": pay("authorized", capture=False), "other": pay("other", capture=False)}
    pay("sale")
    post(PAYMENTS, BODY, "sale")
    for _ in range(2):
        pay("declined", "tok_declined_expired_card")
    pay("pending", "tok_slow")
    post(PAYMENTS, {}, "k")
    post(PAYMENTS, {"x": "y" * 20_000}, "k")
    steps: tuple[tuple[str, str, Any], ...] = (
        (f"{PAYMENT}/refunds", "sale", {"amount": 1}),
        (f"{PAYMENT}/capture", "authorized", {"amount": 1}),
        (f"{PAYMENT}/void", "other", {}),
    )
    for path, name, body in steps:
        world.answers.append(Declined("processing_error"))
        post(path, body, "declined", made[name])
        world.answers.append(Unknown("no answer"))
        post(path, body, "step", made[name])
        if "refunds" not in path:
            post(path, body, "meanwhile", made[name])
        get(PAYMENT, made[name])
        post(path, body, "step", made[name])
        post(path, body, "step", made[name])
        post(path, {"amount": 10_000} if "refunds" in path else body, "another", made[name])
        post(path, {"x": 1}, "bad", made[name])
        post(path, body, "step", unknown)
        post(path, {"x": "y" * 20_000}, "k", made[name])
    post(f"{PAYMENT}/refunds", {"amount": 2}, "new", made["sale"])
    pay_once = pay("captured-whole", capture=False)
    post(f"{PAYMENT}/capture", None, "all", pay_once)
    get(PAYMENT, made["sale"])
    get(PAYMENT, unknown)
    check("GET", PAYMENT, call("GET", f"/merchants/a%20b/payments/{made['sale']}"))
    page = get(PAYMENTS, query={"limit": "1"})
    get(PAYMENTS, query={"cursor": page["next_cursor"], "from": NOW.isoformat()})
    documented = {
        (method, path, status) for method, path, operation in operations() for status in operation["responses"]
    }
    assert {each for each in documented - replied if each[2] not in NOT_OF_THE_FUNCTION} == set()
    assert replied <= documented
    assert world.items
