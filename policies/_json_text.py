"""Texts that are JSON. No policy itself."""

import json


def read_json(text):
    """What a text says, if whoever reads it can only understand it so; None for anything else."""
    try:
        return json.loads(text, object_pairs_hook=without_doubles)
    except (ValueError, TypeError, RecursionError):
        return None


def without_doubles(pairs):
    """Of two names, some readers take the first and some the last, and to some upper and lower case are one."""
    if len({name.lower() for name, _ in pairs}) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)
