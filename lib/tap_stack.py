"""TapStack: the whole payments infrastructure of one environment, in one AWS region.

It wires constructs and decorates itself with the aspects, and declares no resource itself.
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
from lib.constructs.cursor_key import CursorKey
from lib.constructs.dashboard import Dashboard
from lib.constructs.dead_letters import DeadLetters
from lib.constructs.encryption import Encryption
from lib.constructs.front_door import FrontDoor
from lib.constructs.ledger import Ledger
from lib.constructs.processor import Processor
from lib.naming import Naming
from lib.settings import (
    Options,
    SettingsError,
    all_tags,
    check_bucket,
    check_region,
    check_stack_id,
    check_suffix,
    check_tags,
)


class TapStack(TerraformStack):
    """One environment. `judge` holds the aspects' findings once the app has been synthesized."""

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
            raise SettingsError("scope", scope, "a stack stands in an App or another construct", "pass cdktf.App()")
        check_stack_id("ns", ns)
        check_suffix("environment_suffix", environment_suffix)
        check_bucket("state_bucket", state_bucket)
        check_region("state_bucket_region", state_bucket_region)
        check_region("aws_region", aws_region)
        tags = all_tags(environment_suffix, check_tags("default_tags", default_tags))
        options = Options.from_context(scope.node.try_get_context)

        super().__init__(scope, ns)
        self._keep_state(f"{environment_suffix}/{ns}.tfstate", state_bucket, state_bucket_region)
        AwsProvider(self, "aws", region=aws_region, default_tags=[AwsProviderDefaultTags(tags=tags)])
        self._build(Naming(environment_suffix, state_bucket), options)
        self.judge = decorate(self, tags=tags)

    def _keep_state(self, key: str, bucket: str, region: str) -> None:
        S3Backend(self, bucket=bucket, key=key, region=region, encrypt=True)
        # S3Backend has no argument for it. Terraform before 1.10 refuses it by name, so it also stands in for
        # required_version, which Checkov's terraform_json parser cannot read.
        self.add_override("terraform.backend.s3.use_lockfile", True)

    def _build(self, naming: Naming, options: Options) -> None:
        account = Account(self, "account")
        encryption = Encryption(self, "encryption", account=account, naming=naming)
        key_arn = encryption.key_arn
        ledger = Ledger(self, "ledger", naming=naming, key_arn=key_arn)
        retention = options.log_retention_days
        archive = Archive(
            self, "archive", account=account, naming=naming, key_arn=key_arn, log_retention_days=retention
        )
        code = Code(self, "code")
        dead_letters = DeadLetters(
            self, "dead_letters", account=account, naming=naming, key_arn=key_arn, purpose="dead-letters"
        )
        archive_failures = DeadLetters(
            self, "archive_failures", account=account, naming=naming, key_arn=key_arn, purpose="archive-failures"
        )
        processor = Processor(
            self,
            "processor",
            account=account,
            naming=naming,
            key_arn=key_arn,
            code=code,
            ledger=ledger,
            cursor_key=CursorKey(self, "list_cursors", account=account, naming=naming),
            dead_letters=dead_letters,
            maximum_amount=options.maximum_amount,
            reserved_concurrency=options.reserved_concurrency,
            log_retention_days=retention,
        )
        archiver = Archiver(
            self,
            "archiver",
            account=account,
            naming=naming,
            key_arn=key_arn,
            code=code,
            ledger=ledger,
            archive=archive,
            failures=archive_failures,
            log_retention_days=retention,
        )
        front_door = FrontDoor(
            self,
            "front_door",
            naming=naming,
            key_arn=key_arn,
            target=processor,
            log_retention_days=retention,
        )
        alerting = Alerting(
            self,
            "alerting",
            account=account,
            naming=naming,
            key_arn=key_arn,
            alarms=all_alarms(
                processor=processor,
                archiver=archiver,
                ledger=ledger,
                front_door=front_door,
                processor_dead_letters=dead_letters,
                archive_failures=archive_failures,
            ),
            email=options.alert_email,
        )
        encryption.admit(
            alarm_arns=alerting.alarm_arns,
            log_group_names=[made.log_group_name for made in (processor, archiver, front_door)],
        )
        dashboard = Dashboard(
            self,
            "dashboard",
            account=account,
            naming=naming,
            alerting=alerting,
            front_door=front_door,
            functions=[processor, archiver],
            ledger=ledger,
            queues=[dead_letters, archive_failures],
        )
        outputs = {
            "api_endpoint": front_door.api.api_endpoint,
            "transactions_table_name": ledger.table.name,
            "audit_bucket_name": archive.bucket.bucket,
            "payment_function_name": processor.function.function_name,
            "archive_function_name": archiver.function.function_name,
            "alerts_topic_arn": alerting.topic.arn,
            "dead_letter_queue_url": dead_letters.queue.url,
            "archive_failures_queue_url": archive_failures.queue.url,
            "dashboard_name": dashboard.dashboard.dashboard_name,
            "kms_key_arn": key_arn,
        }
        for name, value in outputs.items():
            TerraformOutput(self, f"output_{name}", value=value).override_logical_id(name)
