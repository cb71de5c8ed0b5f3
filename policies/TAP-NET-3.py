"""In Python: the source must be a resource of this stack, of any type."""

from _arns import is_own_account, is_own_arn
from _expressions import is_literal
from _stack import StackCheck, shown
from checkov.common.models.enums import CheckCategories

ACTIONS = ("lambda:InvokeFunction", "lambda:InvokeFunctionUrl")


class InvokersNameTheirSource(StackCheck):
    id = "TAP-NET-3"
    name = "Only AWS services may invoke functions, for a resource of this stack"
    guideline = "set principal to a service, action to lambda:InvokeFunction, source_arn to a resource of this stack"
    category = CheckCategories.NETWORKING
    types = ("aws_lambda_permission",)

    def violations(self, resource):
        body = resource.body
        for argument, is_right in (
            ("principal", is_literal(body.get("principal")) and body["principal"].endswith(".amazonaws.com")),
            ("source_arn", is_own_arn(resource.stack, body.get("source_arn"))),
            ("source_account", "source_account" not in body or is_own_account(body["source_account"])),
            ("action", body.get("action") in ACTIONS),
            ("principal_org_id", "principal_org_id" not in body),
            ("function_url_auth_type", body.get("function_url_auth_type") in (None, "AWS_IAM")),
        ):
            if not is_right:
                yield f"{argument} is {shown(body.get(argument))}"


check = InvokersNameTheirSource()
