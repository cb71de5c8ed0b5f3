"""In Python because the source must begin with a resource of this stack, of whatever type."""

from _stack import StackCheck, is_literal
from checkov.common.models.enums import CheckCategories


class InvokersNameTheirSource(StackCheck):
    id = "TAP-NET-3"
    name = "Functions are invoked by services that name their source"
    guideline = "set principal to a service, and source_arn to an ARN that begins with a resource of this stack"
    category = CheckCategories.NETWORKING
    types = ("aws_lambda_permission",)

    def holds(self, resource):
        principal, source = resource.body.get("principal"), resource.body.get("source_arn")
        return (
            is_literal(principal)
            and principal.endswith(".amazonaws.com")
            and isinstance(source, str)
            and resource.stack.names_a_resource(source)
            and resource.body.get("function_url_auth_type") in (None, "AWS_IAM")
        )


check = InvokersNameTheirSource()
