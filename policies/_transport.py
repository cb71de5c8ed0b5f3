"""Finds statements that deny requests without TLS. Not a policy."""

from _arns import is_arn_of
from _conditions import denies_plain_http
from _documents import MERGING, document_of, statements
from _principals import EVERYBODY
from _stack import blocks


def refuses_plain_http(resource, policy, actions, beneath=("",)):
    """Return True if a policy denies all requests to a Resource without TLS.

    One of `actions` must be denied, on the Resource's ARN with each of the endings `beneath`.
    """
    document = document_of(resource.stack, policy)
    if MERGING & resource.stack.documents().get(document, {}).keys():
        return False  # a merged document could replace the statement
    return any(
        denies_plain_http(statement)
        and statement.conditions[0][1] == "aws:securetransport"
        and any(principal in EVERYBODY for principal in statement.principals)
        and not any(statement.body.get(part) for part in ("not_actions", "not_resources"))
        and not blocks(statement.body.get("not_principals"))
        and any(action in statement.actions for action in (*actions, "*"))
        and all(is_among(resource, end, statement.resources) for end in beneath)
        for statement in statements(resource.stack, document)
    )


def is_among(resource, end, arns):
    """Return True if the ARN of a Resource with this ending is among `arns`."""
    texts = [arn for arn in arns if isinstance(arn, str) and arn.endswith(end)]
    return any(is_arn_of(resource, text.removesuffix(end)) for text in texts)
