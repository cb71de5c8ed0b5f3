"""Where the stack stands: its account, partition and region, read from AWS when Terraform plans, never written down."""

from __future__ import annotations

from constructs import Construct

from lib.aws import DataAwsCallerIdentity, DataAwsPartition, DataAwsRegion


class Account(Construct):
    """`id`, `partition` and `region` are Terraform references."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        self.id = DataAwsCallerIdentity(self, "caller").account_id
        self.partition = DataAwsPartition(self, "partition").partition
        self.region = DataAwsRegion(self, "region").name

    def arn(self, service: str, resource: str) -> str:
        """`arn("sqs", "sqs-x-dev")`: where a policy must name what cannot be referred to without a circle."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.id}:{resource}"

    def service(self, name: str) -> str:
        """How a key policy names a service that acts for somebody (kms:ViaService): `sqs.{region}.amazonaws.com`."""
        return f"{name}.{self.region}.amazonaws.com"
