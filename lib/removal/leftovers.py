"""Finds leftovers after a destroy by their names and tags. It does not read Terraform's state."""

from __future__ import annotations

import enum
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from lib.removal.listings import LISTINGS, Item
from lib.targets import keys
from lib.targets.deployment import Deployment
from lib.targets.ownership import MANAGED_BY, TAG, Ownership
from lib.targets.pages import pages
from lib.targets.tags import DENIED, NOT_FOUND

Connect = Callable[[str], Any]
LISTED_SECONDS = 70.0
LOOK_SECONDS = 2.0
TAGGING = "resourcegroupstaggingapi"
BY_TAG = ", by its tags"


class Whose(enum.Enum):
    """The owner of a resource by its name and tags. UNREAD: the caller may not read the tags."""

    OURS = "ours"
    OTHERS = "others'"
    UNREAD = "not known"


@dataclass
class Leftovers:
    """The result of a search. `asked`: the searched services.

    `found`: leftovers. `pending`: resources that AWS deletes later, such as keys. `unread`: resources whose names look
    like ours, whose tags the caller may not read, and which the tagging API does not list as ours.
    """

    found: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def find(connect: Connect, ownership: Ownership) -> Leftovers:
    """Search every service that the stack uses, then everything with the environment's tag."""
    result = Leftovers()
    standing: list[Item] = []
    for service, listing in LISTINGS.items():
        result.asked.append(service)
        items = list(listing(connect(service)))
        standing += items
        with ThreadPoolExecutor(keys.AT_ONCE) as pool:
            for item, whose in zip(items, pool.map(partial(_whose, ownership), items), strict=True):
                if whose is Whose.OURS:
                    _report(item, result)
                elif whose is Whose.UNREAD:
                    result.unread.append(item.label)
    if ownership.suffix is not None:
        result.asked.append("tags")
        by_tag = _tagged(connect(TAGGING), ownership.suffix, standing, {*result.found, *result.pending})
        result.found += by_tag
        result.unread = [label for label in result.unread if f"{label}{BY_TAG}" not in by_tag]
    return result


def after_destroy(deployment: Deployment) -> Leftovers:
    """Return the leftovers. A service may list deleted resources for up to a minute, so found ones are searched again.

    docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html
    """
    end = time.monotonic() + LISTED_SECONDS
    while True:
        left = find(deployment.client, deployment.target.ownership)
        if not left.found or time.monotonic() > end:
            return left
        time.sleep(LOOK_SECONDS)


def _whose(ownership: Ownership, item: Item) -> Whose:
    try:
        return Whose.OURS if ownership.owns(item.name, item.tags) else Whose.OTHERS
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in NOT_FOUND:  # a listing may contain a resource that was deleted a moment ago
            return Whose.OTHERS
        if code in DENIED:
            # A key has no name, so the search reads the tags of every key, including those of other teams.
            return Whose.UNREAD if item.name else Whose.OTHERS
        raise


def _report(item: Item, result: Leftovers) -> None:
    if item.going:
        result.pending.append(f"{item.label}, {item.going}")
    else:
        result.found.append(item.label)


def _tagged(client: Any, suffix: str, standing: list[Item], reported: set[str]) -> list[str]:
    """Return resources with our tag that no listing in listings.py has found.

    The tagging API returns deleted resources for some time, so a service's own listing is preferred.
    docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
    """
    by_id = {_last_part(item.id): item for item in standing}
    filters = [{"Key": TAG, "Values": [suffix]}, {"Key": MANAGED_BY[0], "Values": [MANAGED_BY[1]]}]
    found = []
    for entry in pages(client, "get_resources", "ResourceTagMappingList", TagFilters=filters):
        arn: str = entry["ResourceARN"]
        parts = re.split(r"[:/]", arn)
        item = next((by_id[part] for part in parts if part in by_id), None)
        if item is None and parts[2] in SERVICES_ASKED:
            continue  # the service's own listing no longer has it
        if item is None:
            found.append(f"{arn}{BY_TAG}")
        elif not item.going and item.label not in reported:
            found.append(f"{item.label}{BY_TAG}")
    return found


def _last_part(id_: str) -> str:
    return re.split(r"[:/]", id_)[-1]


# The services' names in ARNs.
SERVICES_ASKED = {*LISTINGS, "apigateway", "monitoring"}
