"""Reads the encryption settings of resource types from facts.json and judgments.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Literal

from lib.aspects.provider.data import FACTS, JUDGMENTS, grouped, matches

Role = Literal["key", "off", "on", "mode"]
# Last word of an encryption setting's path -> its required kind of value.
_ROLES: Mapping[Role, re.Pattern[str]] = {
    "off": re.compile(r".*disabled|use_aws_owned_key"),
    "on": re.compile(r"(.*_)?(enabled|encrypted)"),
    "mode": re.compile(r"(.*_)?(algorithm|encryption|mode|option|status|type)"),
    "key": re.compile(r"id|(?!public_)(.*_)?key(_(arn|id|identifier))?|(kms|cmk)_arn"),
}


def role(path: str) -> Role | None:
    """Return an argument's role in encryption; None if it has none. The value of a `mode` selects the key's owner."""
    last = path.rpartition(".")[2]
    return next((found for found, pattern in _ROLES.items() if pattern.fullmatch(last)), None)


@cache
def encryption(type_: str) -> tuple[tuple[str, Role], ...]:
    """Return (path, role) of each argument of a type that TAP-ENC-9 checks; empty if the type has its own rule."""
    if type_ in grouped("covered"):
        return ()
    more = [full.partition(".")[2] for full in JUDGMENTS["encryption"]["more"] if full.startswith(f"{type_}.")]
    roles = {
        path: found
        for path in (*FACTS.get(type_, {}).get("encrypts", ()), *more)
        if not matches(grouped("encryption", "not_at_rest"), f"{type_}.{path}") and (found := role(path))
    }
    # A mode describes the key next to it. Without a key it describes something else, such as TLS.
    keyed = {path.rpartition(".")[0] for path, found in roles.items() if found == "key"}
    return tuple((path, found) for path, found in roles.items() if found != "mode" or path.rpartition(".")[0] in keyed)
