"""In Python: a queue's policy may be an argument or a resource, and one statement must have all required parts."""

from _attached import Configuration
from _stack import StackCheck, shown
from _transport import refuses_plain_http
from checkov.common.models.enums import CheckCategories

POLICIES = {
    "aws_sns_topic": Configuration("aws_sns_topic_policy", "aws_sns_topic", "arn", ("arn", "id")),
    "aws_sqs_queue": Configuration("aws_sqs_queue_policy", "aws_sqs_queue", "queue_url", ("id", "url")),
}
# Type -> actions, one of which a statement must deny. A topic's policy cannot deny sns:*; sns:Publish sends data.
ACTIONS = {"aws_sns_topic": ("sns:Publish",), "aws_sqs_queue": ("sqs:*",)}


class TopicsAndQueuesRefusePlainHttp(StackCheck):
    id = "TAP-ENC-11"
    name = "Topics and queues refuse requests without TLS"
    guideline = (
        "give the queue or topic one policy (the argument policy, or a resource that refers to it) with "
        "a statement that denies sqs:* (for a topic sns:Publish) to everyone on the arn, with the one condition Bool "
        "aws:SecureTransport false"
    )
    category = CheckCategories.ENCRYPTION
    types = ("aws_sns_topic", "aws_sns_topic_policy", "aws_sqs_queue", "aws_sqs_queue_policy")

    def violations(self, resource):
        beside = POLICIES.get(resource.kind.removesuffix("_policy"))
        if resource.kind == beside.kind:
            if beside.whose(resource.stack, resource.body) is None:
                value = resource.body.get(beside.argument)
                yield f"{beside.argument} is {shown(value)}, not a reference to an {beside.of} of this stack"
            return
        policies = [body.get("policy") for body in beside.attached_to(resource.stack, resource.name)]
        if "policy" in resource.body:
            policies.append(resource.body["policy"])
        if len(policies) != 1:
            yield f"there are {len(policies)} policies instead of one"
        for policy in policies:
            if not refuses_plain_http(resource, policy, ACTIONS[resource.kind]):
                yield f"no statement of the policy denies {ACTIONS[resource.kind][0]} without TLS"


check = TopicsAndQueuesRefusePlainHttp()
