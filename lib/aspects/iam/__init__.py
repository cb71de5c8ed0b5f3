"""The IAM rules: policies name each action, resource and principal. The rules check each statement."""

from __future__ import annotations

from lib.aspects.iam.actions import ACTIONS, LOG_GROUPS
from lib.aspects.iam.escalation import WIDENING
from lib.aspects.iam.pass_role import PASSED_ROLES
from lib.aspects.iam.policies import DOCUMENTS
from lib.aspects.iam.principals import ADMITTED, TRUST
from lib.aspects.iam.resources import RESOURCES
from lib.aspects.iam.statements import READABLE

RULES = (ACTIONS, RESOURCES, TRUST, DOCUMENTS, ADMITTED, PASSED_ROLES, WIDENING, READABLE, LOG_GROUPS)
