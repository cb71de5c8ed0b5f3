"""Parses JSON strings. Not a policy."""

import json


def read_json(text):
    """Return the value of a JSON string; None if it is invalid, or if programs could read it differently."""
    try:
        return json.loads(text, object_pairs_hook=without_doubles)
    except (ValueError, TypeError, RecursionError):
        return None


def without_doubles(pairs):
    """Return the object. Raise ValueError if a name occurs twice, ignoring case: programs use different values."""
    if len({name.lower() for name, _ in pairs}) != len(pairs):
        raise ValueError("a name occurs twice")
    return dict(pairs)
