"""Finds dead-letter queues, to which functions, mappings and other queues send failed events. Not a policy."""

from _expressions import references
from _json_text import read_json
from _stack import blocks


def takes_failures(resource):
    """Return True if a function, mapping or queue of the stack sends failed events to a Resource."""
    return any(end[:2] == (resource.kind, resource.name) for end in failure_ends(resource.stack))


def failure_ends(stack):
    """Yield references to all targets of failed events in the stack."""
    ends = []
    for kind in stack.document["resource"]:
        for body in stack.of_type(kind).values():
            ends += [read_json(body.get("redrive_policy")), *blocks(body.get("dead_letter_config"))]
            for destination in blocks(body.get("destination_config")):
                ends += blocks(destination.get("on_failure"))
            for target in blocks(body.get("target")) if kind == "aws_scheduler_schedule" else ():
                ends += blocks(target.get("dead_letter_config"))
    return references(ends)
