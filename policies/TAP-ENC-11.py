"""In Python: a queue's policy may be inline or a resource, and one of its statements must have all the parts."""

from _attached import Configuration
from _stack import StackCheck, shown
from _transport import refuses_plain_http
from checkov.common.models.enums import CheckCategories

POLICIES = {
    "aws_sns_topic": Configuration("aws_sns_topic_policy", "aws_sns_topic", "arn", ("arn", "id")),
    "aws_sqs_queue": Configuration("aws_sqs_queue_policy", "aws_sqs_queue", "queue_url", ("id", "url")),
}
# SNS accepts only some actions in a topic's policy; Publish is the one that carries data.
ACTIONS = {"aws_sns_topic": ("sns:Publish",), "aws_sqs_queue": ("sqs:*",)}


class TopicsAndQueuesRefusePlainHttp(StackCheck):
    id = "TAP-ENC-11"
    name = "Topics and queues refuse requests without TLS"
    guideline = (
        "give it one policy, in the argument policy or in an aws_sqs_queue_policy or aws_sns_topic_policy that refers "
        "to it, with a statement that denies sqs:* (sns:Publish) to everyone on its arn, with the one condition Bool "
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
            yield f"it has {len(policies)} policies instead of one"
        for policy in policies:
            if not refuses_plain_http(resource, policy, ACTIONS[resource.kind]):
                yield f"no statement of its policy denies {ACTIONS[resource.kind][0]} without TLS"


check = TopicsAndQueuesRefusePlainHttp()
