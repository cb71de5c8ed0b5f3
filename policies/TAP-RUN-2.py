"""In Python because Checkov keeps what a path with `sub` finds under one name, and TAP-ENC-6 has such a path there."""

from _stack import StackCheck, blocks, reference


class FailedEventsAreSetAside(StackCheck):
    id = "TAP-RUN-2"
    name = "Functions set aside the events that they could not take"
    guideline = "set dead_letter_config.target_arn to the arn of an aws_sqs_queue or aws_sns_topic of this stack"
    types = ("aws_lambda_function",)

    def holds(self, resource):
        targets = [reference(block.get("target_arn")) for block in blocks(resource.body.get("dead_letter_config"))]
        return bool(targets) and all(
            target and target[0] in ("aws_sqs_queue", "aws_sns_topic") and target[2] == "arn" for target in targets
        )


check = FailedEventsAreSetAside()
