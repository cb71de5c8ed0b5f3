"""A deployed stack, wherever it is: what it says of itself, and what can be done with it."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from botocore.credentials import Credentials

from lib.deploy.override import Stack
from lib.deploy.payments_client import PaymentsClient
from lib.deploy.plans import planning
from lib.deploy.removal import leftovers, teardown
from lib.deploy.removal.leftovers import Leftovers
from lib.deploy.removal.ownership import Whose
from lib.deploy.terraform import PlanResult, Terraform

MERCHANT = "coffee-house"
LISTED_SECONDS = 70.0
LOOK_SECONDS = 2.0


@dataclass
class Target:
    """Where a stack is deployed. `connect(service)` gives a boto3 client; `reach(api_endpoint)` a URL to call."""

    name: str
    connect: Callable[[str], Any]
    credentials: Credentials
    ours: Whose
    reach: Callable[[str], str] = str
    through_proxies: bool = True
    authority: str | None = None  # a PEM file, where the public ones do not know the API


@dataclass
class Deployment:
    """Terraform's working folder of a stack, and the target that it is deployed to."""

    stack: Stack
    terraform: Terraform
    target: Target
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """A boto3 client of the target; the same one each time."""
        if service not in self._clients:
            self._clients[service] = self.target.connect(service)
        return self._clients[service]

    @functools.cached_property
    def outputs(self) -> dict[str, str]:
        """Terraform's outputs; `api_endpoint` is one that can be called from here."""
        found = self.terraform.outputs()
        if "api_endpoint" in found:
            found["api_endpoint"] = self.target.reach(found["api_endpoint"])
        return found

    @property
    def api_endpoint(self) -> str:
        return self.outputs["api_endpoint"]

    @functools.cached_property
    def payments(self) -> PaymentsClient:
        """A client of the deployed API, for the demo's merchant; `.of` gives another's."""
        return PaymentsClient(
            self.api_endpoint,
            self.stack.region,
            self.target.credentials,
            MERCHANT,
            self.target.through_proxies,
            self.target.authority,
        )

    def plan(self) -> PlanResult:
        return self.terraform.plan()

    def apply(self, permitted: Collection[str] = ()) -> None:
        """Plan, check the plan, and apply it; `permitted` names what may lose its data. Raises PlanRefusedError."""
        self.apply_plan(planning.checked_plan(self, permitted))

    def apply_plan(self, plan: PlanResult) -> None:
        """A plan that was checked. Raises ToolError where Terraform fails; running it all again goes on from there."""
        self.terraform.apply(plan)
        planning.write_adopted(self, {})
        self.__dict__.pop("outputs", None)  # they may have changed

    def destroy(self) -> None:
        """Everything that the state knows, its data included, asking nothing."""
        _ = self.outputs  # still readable afterwards
        teardown.tear_down(self, self.terraform.plan(destroy=True))

    def find_leftovers(self) -> Leftovers:
        """What is there now, what is on its way out, and which services were asked."""
        return leftovers.find(self.client, self.target.ours)

    def leftovers_after_destroy(self) -> Leftovers:
        """The same, once it has settled.

        A service may list for up to a minute what it has deleted, so what is found is looked for again.
        docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html
        """
        end = time.monotonic() + LISTED_SECONDS
        while True:
            left = self.find_leftovers()
            if not left.found or time.monotonic() > end:
                return left
            time.sleep(LOOK_SECONDS)
