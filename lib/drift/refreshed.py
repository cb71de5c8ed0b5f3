"""The deployed resources as a plan has just read them from AWS; the saved state may differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lib.terraform.state import name_of


@dataclass(frozen=True)
class Managed:
    """A resource that Terraform manages (or a data source), with its attributes."""

    address: str
    type: str
    values: Mapping[str, Any]

    @property
    def name(self) -> str:
        return name_of(self.values)

    def __getitem__(self, attribute: str) -> Any:
        return self.values.get(attribute)

    def reference(self, attribute: str) -> str:
        """Return a reference to an attribute, as in the synthesized JSON: `${aws_iam_role.x.id}`."""
        return f"${{{self.address}.{attribute}}}"


@dataclass(frozen=True)
class Refreshed:
    """The refreshed resources in a plan (`terraform show -json`)."""

    resources: tuple[Managed, ...]

    @classmethod
    def of_plan(cls, plan: Mapping[str, Any]) -> Refreshed:
        module = plan.get("prior_state", {}).get("values", {}).get("root_module", {})
        read = (Managed(item["address"], item["type"], item["values"]) for item in module.get("resources", []))
        return cls(tuple(read))

    def of(self, type_: str) -> Iterator[Managed]:
        """Yield the managed resources of a type."""
        return (item for item in self.resources if item.address.startswith(f"{type_}."))

    def having(self, type_: str, argument: str, value: Any) -> list[Managed]:
        """Return the managed resources of a type whose argument has that value."""
        return [item for item in self.of(type_) if item[argument] == value]
