"""The deployed API answers as docs/openapi.yaml says, also to requests that it forbids."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
import schemathesis
import yaml
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests.auth import AuthBase
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance

from lib.environments import ROOT
from lib.targets.deployment import MERCHANT, Deployment
from lib.targets.payments_client import PaymentsClient

from .payment_requests import Wish

pytestmark = pytest.mark.emulator_only("its refused requests raise the alarm on client errors")


thorough = settings(max_examples=50, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def described() -> dict[str, schemathesis.APIOperation]:
    """The operations of docs/openapi.yaml. Who signs them how is test_authorization's."""
    document = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
    del document["security"], document["components"]["securitySchemes"]
    # How our API refuses what the document forbids: 413 for a body that is also too large, 404 for a path of no route.
    refusals = {"checks": {"negative_data_rejection": {"expected-statuses": [400, 404, 413]}}}
    schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(refusals))
    found = (result.ok() for result in schema.get_all_operations())
    return {operation.label: operation for operation in found}


OPERATIONS = described()


class Signed(AuthBase):
    """Signs what `requests` is about to send, as the client of the API does."""

    def __init__(self, client: PaymentsClient) -> None:
        self._signer = SigV4Auth(client.credentials, "execute-api", client.region)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        signed = AWSRequest(request.method, request.url, data=request.body or b"", headers=dict(request.headers))
        self._signer.add_auth(signed)
        request.headers.update(signed.headers.items())
        return request


@pytest.fixture(scope="module")
def session(deployment: Deployment) -> Iterator[requests.Session]:
    client = deployment.payments
    with requests.Session() as signing:
        signing.auth, signing.trust_env, signing.verify = Signed(client), client.through_proxies, client.authority
        yield signing


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_answer_is_one_of_the_document(
    deployment: Deployment, session: requests.Session, wish: Wish, key: str, operation: str
) -> None:
    """Requests as the document has them, and such as it forbids.

    Not all that it has are accepted: to JSON Schema 1.0 is an integer, and it knows no Luhn test.
    """
    strategy = OPERATIONS[operation].as_strategy
    usual, forbidden = (strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE))
    payment_id = deployment.payments.create(wish(capture=False), key).body["payment_id"]

    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(
            deployment.api_endpoint, session, verify=session.verify, excluded_checks=[positive_data_acceptance]
        )

    @given(case=usual, known=st.booleans())
    @thorough
    def ask(case: schemathesis.Case, known: bool) -> None:
        if known and "payment_id" in case.path_parameters:
            case.path_parameters.update(merchant_id=MERCHANT, payment_id=payment_id)
        check(case)

    ask()
    if operation != "GET /merchants/{merchant_id}/payments/{payment_id}":  # whose every request is one of the document
        given(forbidden)(thorough(check))()
