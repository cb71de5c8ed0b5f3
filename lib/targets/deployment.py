"""A deployed stack on any target: its Terraform folder, outputs and service clients."""

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
    """A target. `connect(service)` returns a boto3 client; `reach(api_endpoint)` returns the URL for this machine."""

    name: str
    connect: Callable[[str], Any]
    credentials: Credentials
    ownership: Ownership
    reach: Callable[[str], str] = str
    through_proxies: bool = True
    authority: str | None = None  # a PEM file with the API's certificate authority, unless it is public


@dataclass
class Deployment:
    """A stack's Terraform working folder and its target."""

    stack: StackFolder
    terraform: Terraform
    target: Target
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return a boto3 client of the target. A second call returns the same client."""
        if service not in self._clients:
            self._clients[service] = self.target.connect(service)
        return self._clients[service]

    @functools.cached_property
    def outputs(self) -> dict[str, str]:
        """Terraform's outputs, with an `api_endpoint` that this machine can reach."""
        found = self.terraform.outputs()
        if "api_endpoint" in found:
            found["api_endpoint"] = self.target.reach(found["api_endpoint"])
        return found

    @property
    def api_endpoint(self) -> str:
        return self.outputs["api_endpoint"]

    @functools.cached_property
    def payments(self) -> PaymentsClient:
        """A client of the deployed API for the demo's merchant; `.of` returns one for another merchant."""
        return PaymentsClient(
            self.api_endpoint,
            self.stack.region,
            self.target.credentials,
            MERCHANT,
            self.target.through_proxies,
            self.target.authority,
        )

    def forget_outputs(self) -> None:
        """Read the outputs again the next time, because an apply may have changed them."""
        self.__dict__.pop("outputs", None)

    def plan(self) -> PlanResult:
        return self.terraform.plan()
