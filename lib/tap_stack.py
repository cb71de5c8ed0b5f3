"""TapStack: the whole payments infrastructure of one environment, in one AWS region.

The stack connects the constructs and adds the aspects. All resources are declared in the constructs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lib.aws import AwsProvider, AwsProviderDefaultTags  # first: it prepares the Node that importing cdktf starts

# isort: split
from cdktf import S3Backend, TerraformOutput, TerraformStack
from constructs import Construct

from lib.aspects import decorate
from lib.constructs.account import Account
from lib.constructs.alarms import all_alarms
from lib.constructs.alerting import Alerting
from lib.constructs.archive import Archive
from lib.constructs.archiver import Archiver
from lib.constructs.code import Code
from lib.constructs.context import Context
from lib.constructs.cursor_key import CursorKey
from lib.constructs.dashboard import Dashboard
from lib.constructs.dead_letters import DeadLetters
from lib.constructs.encryption import Encryption
from lib.constructs.front_door import FrontDoor
from lib.constructs.gateway import Gateway
from lib.constructs.ledger import Ledger
from lib.constructs.processor import Processor
from lib.constructs.settler import Schedule, Settler
from lib.errors import SettingsError
from lib.naming import Naming
from lib.settings import (
    NO_RESERVED_CONCURRENCY,
    StackOptions,
    all_tags,
    check_bucket,
    check_region,
    check_stack_id,
    check_suffix,
    check_tags,
)


class TapStack(TerraformStack):
    """The stack of one environment. After synthesis, `judge` has the first judge's findings."""

    def __init__(
        self,
        scope: Construct,
        ns: str,
        environment_suffix: str,
        state_bucket: str,
        state_bucket_region: str,
        aws_region: str,
        default_tags: Mapping[str, Any],
    ) -> None:
        """`default_tags`: a plain dict of tags, or `{"tags": {…}}`. Raises SettingsError for a wrong argument."""
        if not isinstance(scope, Construct):
            raise SettingsError(
                "scope", scope, "the scope of a stack is an App or another construct", "pass cdktf.App()"
            )
        check_stack_id("ns", ns)
        check_suffix("environment_suffix", environment_suffix)
        check_bucket("state_bucket", state_bucket)
        check_region("state_bucket_region", state_bucket_region)
        check_region("aws_region", aws_region)
        tags = all_tags(environment_suffix, check_tags("default_tags", default_tags))
        options = StackOptions.from_context(scope.node.try_get_context)

        super().__init__(scope, ns)
        self._keep_state(f"{environment_suffix}/{ns}.tfstate", state_bucket, state_bucket_region)
        AwsProvider(self, "aws", region=aws_region, default_tags=[AwsProviderDefaultTags(tags=tags)])
        self._build(Naming(environment_suffix, state_bucket), options)
        self.judge = decorate(self, tags=tags)

    def _keep_state(self, key: str, bucket: str, region: str) -> None:
        S3Backend(self, bucket=bucket, key=key, region=region, encrypt=True)
        # S3Backend has no argument for use_lockfile. Terraform before 1.10 refuses this argument. So it replaces
        # required_version, which Checkov's terraform_json parser cannot read.
        self.add_override("terraform.backend.s3.use_lockfile", True)

    def _build(self, naming: Naming, options: StackOptions) -> None:
        account = Account(self, "account")
        encryption = Encryption(self, "encryption", account=account, naming=naming)
        context = Context(account, naming, encryption.key_arn, options.log_retention_days)
        ledger = Ledger(self, "ledger", context=context)
        archive = Archive(self, "archive", context=context)
        code = Code(self, "code")
        dead_letters = DeadLetters(self, "dead_letters", context=context, purpose="dead-letters")
        archive_failures = DeadLetters(self, "archive_failures", context=context, purpose="archive-failures")
        schedule = Schedule(self, "schedule", context=context)
        settler_dead_letters = DeadLetters(
            self,
            "settler_dead_letters",
            context=context,
            purpose="settler-dead-letters",
            rule_arn=schedule.rule.arn,
        )
        gateway = Gateway(self, "gateway", context=context, gateway=options.payment_gateway)
        processor = Processor(
            self,
            "processor",
            context=context,
            code=code,
            ledger=ledger,
            cursor_key=CursorKey(self, "list_cursors", context=context),
            gateway=gateway,
            dead_letters=dead_letters,
            maximum_amount=options.maximum_amount,
            reserved_concurrency=options.reserved_concurrency,
        )
        settler = Settler(
            self,
            "settler",
            context=context,
            code=code,
            ledger=ledger,
            gateway=gateway,
            schedule=schedule,
            dead_letters=settler_dead_letters,
            reserves_concurrency=options.reserved_concurrency != NO_RESERVED_CONCURRENCY,
        )
        archiver = Archiver(
            self,
            "archiver",
            context=context,
            code=code,
            ledger=ledger,
            archive=archive,
            failures=archive_failures,
        )
        front_door = FrontDoor(self, "front_door", context=context, target=processor)
        alerting = Alerting(
            self,
            "alerting",
            context=context,
            alarms=all_alarms(
                processor=processor,
                archiver=archiver,
                settler=settler,
                ledger=ledger,
                front_door=front_door,
                processor_dead_letters=dead_letters,
                archive_failures=archive_failures,
                settler_dead_letters=settler_dead_letters,
            ),
            email=options.alert_email,
        )
        encryption.admit(
            alarm_arns=alerting.alarm_arns,
            log_group_names=[made.log_group_name for made in (processor, settler, archiver, front_door)],
            rule_arns=[schedule.rule.arn],
        )
        dashboard = Dashboard(
            self,
            "dashboard",
            context=context,
            alerting=alerting,
            front_door=front_door,
            processor=processor,
            settler=settler,
            archiver=archiver,
            ledger=ledger,
            queues=[dead_letters, settler_dead_letters, archive_failures],
        )
        outputs = {
            "api_endpoint": front_door.api.api_endpoint,
            "transactions_table_name": ledger.table.name,
            "audit_bucket_name": archive.bucket.bucket,
            "payment_function_name": processor.function.function_name,
            "archive_function_name": archiver.function.function_name,
            "settler_function_name": settler.function.function_name,
            "alerts_topic_arn": alerting.topic.arn,
            "dead_letter_queue_url": dead_letters.queue.url,
            "archive_failures_queue_url": archive_failures.queue.url,
            "dashboard_name": dashboard.dashboard.dashboard_name,
            "kms_key_arn": context.key_arn,
            "gateway_secret_arn": gateway.secret_arn,
        }
        for name, value in outputs.items():
            TerraformOutput(self, f"output_{name}", value=value).override_logical_id(name)
