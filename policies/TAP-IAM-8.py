"""In Python: a YAML policy cannot follow the reference from a resource to its policy document."""

import re

from _conditions import denies_plain_http, wrong_conditions
from _documents import DOCUMENT, MERGING, StatementCheck, is_in, is_trust
from _principals import EVERYBODY
from _stack import blocks, shown
from checkov.common.models.enums import CheckCategories

# Arguments with an identity-based policy, which lists the permissions of its holder.
OF_IDENTITIES = ("aws_iam_policy", "aws_iam_role_policy")
# Allowed actions of a Deny: `*`, all actions of a service, or one action.
ACTION = re.compile(r"\*|[a-z0-9-]+:(\*|[A-Za-z0-9]+)")


class StatementsCanBeRead(StatementCheck):
    id = "TAP-IAM-8"
    name = "Statements have a form that the rules can read, and conditions name only this account and this stack"
    guideline = (
        "in an Allow, use exact condition operators, and take account, partition and region from data sources; use "
        "Deny only for requests without TLS; use neither not_principals nor nested documents"
    )
    category = CheckCategories.IAM
    allowing_only = False

    def violations_outside(self, stack):
        yield from super().violations_outside(stack)
        for name, body in stack.documents().items():
            for argument in sorted(MERGING & body.keys()):
                yield f"{DOCUMENT}.{name}", f"{argument} merges statements of other documents"

    def violations_of(self, statement, stack, resource):
        effect = statement.body.get("effect")
        if effect not in (None, "Allow", "Deny"):
            yield f"effect is {shown(effect)}"
        if blocks(statement.body.get("not_principals")):
            yield "not_principals means everybody except those it names"
        yield from wrong_conditions(statement, stack)
        if is_in(statement, resource, OF_IDENTITIES, "policy") and statement.principals:
            yield f"principals is {shown(statement.principals)}, but an identity-based policy must have none"
        if is_trust(statement, resource) and statement.resources:
            yield f"resources is {shown(statement.resources)}, but a trust policy must have none"
        if not statement.allows:
            if not denies_plain_http(statement):
                yield "a Deny must have one condition: Bool aws:SecureTransport false, or NumericLessThan s3:TlsVersion"
            if not all(isinstance(action, str) and ACTION.fullmatch(action) for action in statement.actions):
                yield f"{shown(statement.actions)} are not allowed in a Deny: use *, a service's actions, or one action"
            if len(statement.principals) != 1 or statement.principals[0] not in EVERYBODY:
                yield f"a Deny must be for everybody, not for {shown(statement.principals)}"
            for argument in ("not_actions", "not_resources"):
                if statement.body.get(argument, []) != []:
                    yield f"a Deny must not have {argument}: {shown(statement.body[argument])}"


check = StatementsCanBeRead()
