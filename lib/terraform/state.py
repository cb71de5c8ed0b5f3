"""What Terraform's state says: which resources stand, and where.

`terraform state pull` needs no provider, and answers in a second. The format is Terraform's version 4 of it, in use
since Terraform 0.12: github.com/hashicorp/terraform, internal/states/statefile/version4.go
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lib.errors import ToolError

FORMAT = 4
ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:([a-z0-9-]+):(\d{12}):")


@dataclass(frozen=True)
class StateResource:
    """A resource in the state. `tainted`: its creation did not end well, and Terraform would replace it."""

    address: str
    type: str
    attributes: Mapping[str, Any]
    tainted: bool = False

    @property
    def name(self) -> str:
        return name_of(self.attributes)


# Where a resource's own name stands, by type; the first that it has.
NAMES = ("name", "bucket", "function_name", "alarm_name", "dashboard_name", "policy_name", "id")


def name_of(attributes: Mapping[str, Any]) -> str:
    """What AWS calls a resource with these attributes: its own name, or its id where it has none."""
    return next((str(attributes[key]) for key in NAMES if attributes.get(key)), "")


@dataclass(frozen=True)
class State:
    """`lineage` tells one stack's state from another's; `serial` counts its changes."""

    lineage: str = ""
    serial: int = 0
    resources: tuple[StateResource, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, text: str) -> State:
        """From `terraform state pull`; empty where no state was ever saved. Raises ToolError for another format."""
        try:
            return cls.of(json.loads(text)) if text.strip() else cls()
        except ValueError as error:
            raise ToolError(f"the saved state is no JSON ({error})") from error

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> State:
        """Raises ToolError for another format."""
        try:
            if document["version"] != FORMAT:
                raise ValueError(f"it is in version {document['version']} of its format")
            return cls(document["lineage"], document["serial"], tuple(_resources(document)), document)
        except (ValueError, KeyError, TypeError) as error:
            raise ToolError(
                f"the saved state cannot be read ({error!r}); expected Terraform's format {FORMAT}"
            ) from error

    def values(self, attribute: str, *types: str) -> list[str]:
        """That attribute of each resource of these types that has one."""
        return [
            str(resource.attributes[attribute])
            for resource in self.resources
            if resource.type in types and resource.attributes.get(attribute)
        ]

    def without(self, addresses: Collection[str]) -> dict[str, Any]:
        """The document without these managed resources."""
        kept = [
            resource
            for resource in self.document["resources"]
            if resource["mode"] != "managed" or _address(resource) not in addresses
        ]
        return {**self.document, "resources": kept}

    def places(self) -> set[tuple[str, str]]:
        """(region, account) of all that has an ARN with both."""
        return {
            (found[1], found[2])
            for resource in self.resources
            if (found := ARN.match(str(resource.attributes.get("arn", ""))))
        }


def _address(resource: Mapping[str, Any]) -> str:
    return f"{resource['type']}.{resource['name']}"


def _resources(document: Mapping[str, Any]) -> Iterator[StateResource]:
    for resource in document["resources"]:
        if resource["mode"] != "managed":
            continue
        for instance in resource["instances"]:
            yield StateResource(
                address=_address(resource),
                type=resource["type"],
                attributes=instance["attributes"],
                tainted=instance.get("status") == "tainted",
            )
