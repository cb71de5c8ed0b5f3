"""The stack's account, partition and region, which Terraform reads from AWS when it plans."""

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
        """Return an ARN from literals: `arn("sqs", "sqs-x-dev")`. In some policies a reference would be a cycle."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.id}:{resource}"

    def service(self, name: str) -> str:
        """Return the value of kms:ViaService for a service: `sqs.{region}.amazonaws.com`."""
        return f"{name}.{self.region}.amazonaws.com"
