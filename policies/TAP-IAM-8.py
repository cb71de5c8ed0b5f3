"""In Python because YAML policies cannot go from a resource to the statements of its policy document."""

import re

from _conditions import denies_plain_http, wrong_conditions
from _documents import DOCUMENT, MERGING, StatementCheck, is_in, is_trust
from _principals import EVERYBODY
from _stack import blocks, shown
from checkov.common.models.enums import CheckCategories

# Types whose policies say what their holder may do.
OF_IDENTITIES = ("aws_iam_policy", "aws_iam_role_policy")
# As a Deny may name them: all, all of a service, or one.
ACTION = re.compile(r"\*|[a-z0-9-]+:(\*|[A-Za-z0-9]+)")


class StatementsCanBeRead(StatementCheck):
    id = "TAP-IAM-8"
    name = "Statements have a form whose meaning is certain, and their conditions name this account and this stack"
    guideline = (
        "write Allow with exact operators, and account, partition and region from data sources in the values; write "
        "Deny only for requests without TLS; use neither not_principals nor documents within documents"
    )
    category = CheckCategories.IAM
    allowing_only = False

    def violations_outside(self, stack):
        yield from super().violations_outside(stack)
        for name, body in stack.documents().items():
            for argument in sorted(MERGING & body.keys()):
                yield f"{DOCUMENT}.{name}", f"{argument} takes in statements of other documents"

    def violations_of(self, statement, stack, resource):
        effect = statement.body.get("effect")
        if effect not in (None, "Allow", "Deny"):
            yield f"effect is {shown(effect)}"
        if blocks(statement.body.get("not_principals")):
            yield "not_principals are everybody else"
        yield from wrong_conditions(statement, stack)
        if is_in(statement, resource, OF_IDENTITIES, "policy") and statement.principals:
            yield f"its principals are {shown(statement.principals)}, and the policy is one of whoever has it"
        if is_trust(statement, resource) and statement.resources:
            yield f"its resources are {shown(statement.resources)}, and a role's trust has none"
        if not statement.allows:
            if not denies_plain_http(statement):
                yield "a Deny has the one condition Bool aws:SecureTransport false, or NumericLessThan s3:TlsVersion"
            if not all(isinstance(action, str) and ACTION.fullmatch(action) for action in statement.actions):
                yield f"a Deny names actions, which {shown(statement.actions)} are not"
            if len(statement.principals) != 1 or statement.principals[0] not in EVERYBODY:
                yield f"a Deny is for everybody, not for {shown(statement.principals)}"
            for argument in ("not_actions", "not_resources"):
                if statement.body.get(argument, []) != []:
                    yield f"a Deny has the {argument} {shown(statement.body[argument])}"


check = StatementsCanBeRead()
