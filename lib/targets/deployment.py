"""A deployed stack, wherever it is: its Terraform folder, its outputs and clients of its services."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.credentials import Credentials

from lib.targets.ownership import Ownership
from lib.targets.payments_client import PaymentsClient
from lib.terraform.stack_folder import StackFolder
from lib.terraform.terraform import PlanResult, Terraform

MERCHANT = "coffee-house"


@dataclass
class Target:
    """Where a stack is deployed. `connect(service)` gives a boto3 client; `reach(api_endpoint)` a URL to call."""

    name: str
    connect: Callable[[str], Any]
    credentials: Credentials
    ownership: Ownership
    reach: Callable[[str], str] = str
    through_proxies: bool = True
    authority: str | None = None  # a PEM file, where the public ones do not know the API


@dataclass
class Deployment:
    """Terraform's working folder of a stack, and the target that it is deployed to."""

    stack: StackFolder
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

    def forget_outputs(self) -> None:
        """Read them again the next time: an apply may have changed them."""
        self.__dict__.pop("outputs", None)

    def plan(self) -> PlanResult:
        return self.terraform.plan()
