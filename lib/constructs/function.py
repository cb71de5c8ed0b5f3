"""The base of all functions: code, role, log group, tracing, encrypted environment, version and alias."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from constructs import Construct

from lib.aws import (
    CloudwatchLogGroup,
    IamRole,
    IamRolePolicy,
    LambdaAlias,
    LambdaFunction,
    LambdaFunctionDeadLetterConfig,
    LambdaFunctionEnvironment,
    LambdaFunctionLoggingConfig,
    LambdaFunctionTracingConfig,
)
from lib.constructs.code import Code
from lib.constructs.context import Context
from lib.constructs.dead_letters import DeadLetters
from lib.constructs.policy import Statement, allow, condition, document, trust

RUNTIME = "python3.12"
ARCHITECTURE = "arm64"
MEMORY_MB = 512  # CPU grows with memory: with less, imports dominate a cold start
LOG_LEVEL = "INFO"


class Function(Construct):
    """`alias` is what callers invoke. `timeout` is in seconds. `metrics_namespace` has the metrics of the code."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        context: Context,
        code: Code,
        dead_letters: DeadLetters,
        handler: str,
        environment: Mapping[str, str],
        statements: Sequence[Statement],
        description: str,
        timeout: int,
        reserved_concurrency: int,
    ) -> None:
        super().__init__(scope, id_)
        purpose = id_
        name = context.naming("lambda", purpose)
        self.timeout = timeout
        self.metrics_namespace = context.naming.metrics_namespace
        self.log_group_name = f"/aws/lambda/{name}"
        self.log_group = CloudwatchLogGroup(
            self,
            "log_group",
            name=self.log_group_name,
            kms_key_id=context.key_arn,
            retention_in_days=context.log_retention_days,
            skip_destroy=False,
        )
        self.role = IamRole(
            self,
            "role",
            name=context.naming("role", purpose),
            description=f"What {name} may do",
            assume_role_policy=document(
                self,
                "trust_policy",
                # No condition on aws:SourceArn: AWS does not document it for execution roles, and with it
                # CreateFunction could fail.
                [trust(["lambda.amazonaws.com"], [condition("StringEquals", "aws:SourceAccount", context.account.id)])],
            ),
            force_detach_policies=True,  # so that a manually attached policy cannot prevent a destroy
        )
        permissions = IamRolePolicy(
            self,
            "policy",
            name=context.naming("policy", purpose),
            role=self.role.id,
            policy=document(
                self,
                "policy_document",
                [
                    *statements,
                    *dead_letters.send_statements,
                    *self._own_statements(context, name),
                ],
            ),
        )
        self.function = LambdaFunction(
            self,
            "function",
            function_name=name,
            description=description,
            role=self.role.arn,
            runtime=RUNTIME,
            architectures=[ARCHITECTURE],
            handler=handler,
            filename=code.filename,
            source_code_hash=code.source_code_hash,
            publish=True,
            timeout=timeout,
            memory_size=MEMORY_MB,
            reserved_concurrent_executions=reserved_concurrency,
            kms_key_arn=context.key_arn,
            environment=LambdaFunctionEnvironment(
                variables={
                    "POWERTOOLS_SERVICE_NAME": purpose,
                    "POWERTOOLS_METRICS_NAMESPACE": self.metrics_namespace,
                    "POWERTOOLS_LOG_LEVEL": LOG_LEVEL,
                    **environment,
                }
            ),
            dead_letter_config=LambdaFunctionDeadLetterConfig(target_arn=dead_letters.queue.arn),
            tracing_config=LambdaFunctionTracingConfig(mode="Active"),
            logging_config=LambdaFunctionLoggingConfig(
                log_format="JSON",
                application_log_level=LOG_LEVEL,
                system_log_level=LOG_LEVEL,
                log_group=self.log_group.name,
            ),
            # CreateFunction checks that the role may send to the queue.
            depends_on=[permissions],
        )
        self.alias = LambdaAlias(
            self,
            "alias",
            name=context.naming("alias", "live"),
            description=f"The version of {name} that is called",
            function_name=self.function.function_name,
            function_version=self.function.version,
        )

    def _own_statements(self, context: Context, name: str) -> list[Statement]:
        """Return every function's statements: write to its log group, send traces, decrypt its environment."""
        return [
            allow("Logs", ["logs:CreateLogStream", "logs:PutLogEvents"], [f"{self.log_group.arn}:log-stream:*"]),
            # X-Ray's actions cannot be limited to a resource:
            # docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
            allow("Traces", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"]),
            # docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
            allow(
                "Environment",
                ["kms:Decrypt"],
                [context.key_arn],
                conditions=[
                    condition(
                        "ArnLike",
                        "kms:EncryptionContext:aws:lambda:FunctionArn",
                        context.account.arn("lambda", f"function:{name}"),
                        context.account.arn("lambda", f"function:{name}:*"),  # a published version
                    )
                ],
            ),
        ]
