"""Reads Terraform's state: the deployed resources.

`terraform state pull` needs no provider and takes a second. The format is version 4, in use since Terraform 0.12:
 github.com/hashicorp/terraform, internal/states/statefile/version4.go
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
    """A resource in the state. `tainted`: its creation failed, so Terraform would replace it."""

    address: str
    type: str
    attributes: Mapping[str, Any]
    tainted: bool = False

    @property
    def name(self) -> str:
        return name_of(self.attributes)


# Attributes with a resource's name; the first that exists is used.
NAMES = ("name", "bucket", "function_name", "alarm_name", "dashboard_name", "policy_name", "id")


def name_of(attributes: Mapping[str, Any]) -> str:
    """Return a resource's name, or its id if it has none."""
    return next((str(attributes[key]) for key in NAMES if attributes.get(key)), "")


@dataclass(frozen=True)
class State:
    """`lineage` identifies a stack's state; `serial` counts its changes."""

    lineage: str = ""
    serial: int = 0
    resources: tuple[StateResource, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, text: str) -> State:
        """Parse the output of `terraform state pull`; no output is an empty state. Raises ToolError for other text."""
        try:
            return cls.of(json.loads(text)) if text.strip() else cls()
        except ValueError as error:
            raise ToolError(f"the saved state is not JSON ({error})") from error

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> State:
        """Parse the state's JSON object. Raises ToolError for another format version."""
        try:
            if document["version"] != FORMAT:
                raise ValueError(f"it is in version {document['version']} of its format")
            return cls(document["lineage"], document["serial"], tuple(_resources(document)), document)
        except (ValueError, KeyError, TypeError) as error:
            raise ToolError(
                f"the saved state cannot be read ({error!r}); expected Terraform's format {FORMAT}"
            ) from error

    def values(self, attribute: str, *types: str) -> list[str]:
        """Return the values of an attribute, of all resources of these types that have the attribute."""
        return [
            str(resource.attributes[attribute])
            for resource in self.resources
            if resource.type in types and resource.attributes.get(attribute)
        ]

    def without(self, addresses: Collection[str]) -> dict[str, Any]:
        """Return the document without these managed resources."""
        kept = [
            resource
            for resource in self.document["resources"]
            if resource["mode"] != "managed" or _address(resource) not in addresses
        ]
        return {**self.document, "resources": kept}

    def places(self) -> set[tuple[str, str]]:
        """Return the (region, account) pairs in the resources' ARNs."""
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
