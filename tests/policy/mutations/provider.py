"""Violations and harmless variations of types that the stack does not have: somebody will add them next month."""

from __future__ import annotations

from typing import Any

from .mutation import KEY, OTHER_KEY, TOKEN, Body, Document, Mutation, add, change, own_key

AWS_KEY = "alias/aws/rds"
NO_KEY = "${aws_kms_key.gone.arn}"
PARAMETER = "aws_ssm_parameter"


def made(body: Body, **other: Any) -> Body:
    """A well configured resource, with other arguments; one that is None is left out."""
    return {**body, **other}


CLUSTER = {
    "cluster_identifier": "cluster-orders-dev",
    "engine": "aurora-postgresql",
    "backup_retention_period": 7,
    "storage_encrypted": True,
    "kms_key_id": own_key,
    "skip_final_snapshot": True,
}
DATABASE = {
    "identifier": "db-orders-dev",
    "engine": "postgres",
    "instance_class": "db.m7g.large",
    "backup_retention_period": 7,
    "storage_encrypted": True,
    "kms_key_id": own_key,
    "skip_final_snapshot": True,
}
FILES = {"creation_token": "files-uploads-dev", "encrypted": True, "kms_key_id": own_key}
STREAM = {"name": "stream-events-dev", "shard_count": 1, "encryption_type": "KMS", "kms_key_id": own_key}
SECRET = {"name": "secret-card-dev", "kms_key_id": own_key, "recovery_window_in_days": 0}
SEARCH = {"domain_name": "search-orders-dev", "encrypt_at_rest": [{"enabled": True, "kms_key_id": own_key}]}
KAFKA = {"cluster_name": "kafka-orders-dev", "encryption_info": {"encryption_at_rest_kms_key_arn": own_key}}
REDIS = {"replication_group_id": "redis-orders-dev", "at_rest_encryption_enabled": "true", "kms_key_id": own_key}
DISK = {"encrypted": True, "kms_key_id": own_key}
SERVER = {"root_block_device": [DISK]}
BROKER = {
    "broker_name": "broker-orders-dev",
    "encryption_options": {"kms_key_id": own_key, "use_aws_owned_key": False},
}
REGISTRY = {
    "name": "registry-images-dev",
    "force_delete": True,
    "encryption_configuration": {"encryption_type": "KMS", "kms_key": own_key},
}
DELIVERY = {
    "name": "delivery-orders-dev",
    "destination": "extended_s3",
    "extended_s3_configuration": {
        "bucket_arn": "${aws_s3_bucket.RECORDS.arn}",
        "kms_key_arn": own_key,
        "role_arn": "${aws_iam_role.ROLE.arn}",
    },
    "server_side_encryption": {"enabled": True, "key_type": "CUSTOMER_MANAGED_CMK", "key_arn": own_key},
}
VAULT = {"name": "vault-backups-dev", "kms_key_arn": own_key, "force_destroy": True}
MACHINE = {
    "name": "machine-orders-dev",
    "encryption_configuration": {"type": "CUSTOMER_MANAGED_KMS_KEY", "kms_key_id": own_key},
}


def of(rule: str | None, kind: str, good: Body, says: str = "", **other: Any) -> Mutation:
    """A resource that is right but for the arguments in `other`."""
    said = says or " ".join(f"{name} {'missing' if value is None else value}"[:40] for name, value in other.items())
    return add(rule, kind, made(good, **other), says=said or "well made")


def delivery_from_a_stream(document: Document) -> None:
    """A delivery stream that reads a Kinesis stream: what it holds is encrypted there."""
    add(None, "aws_kinesis_stream", STREAM).apply(document)
    source = {"kinesis_stream_arn": "${aws_kinesis_stream.added.arn}", "role_arn": "${aws_iam_role.ROLE.arn}"}
    body = {name: value for name, value in DELIVERY.items() if name != "server_side_encryption"}
    add(None, "aws_kinesis_firehose_delivery_stream", {**body, "kinesis_source_configuration": source}).apply(document)


def unclassified(kind: str, body: Body, says: str = "well made") -> Mutation:
    """A harmless resource of a type that nobody has classified: a waiver admits it, and no other rule minds it."""
    return add(None, kind, body, says, ("TAP-DOC-4",))


VIOLATIONS = [
    # Encryption of any type
    of("TAP-ENC-9", "aws_rds_cluster", CLUSTER, storage_encrypted=None),
    of("TAP-ENC-9", "aws_rds_cluster", CLUSTER, storage_encrypted="false"),
    of("TAP-ENC-9", "aws_rds_cluster", CLUSTER, storage_encrypted=TOKEN),
    of("TAP-ENC-9", "aws_rds_cluster", CLUSTER, kms_key_id=None),
    of("TAP-ENC-9", "aws_rds_cluster", CLUSTER, kms_key_id=AWS_KEY),
    of("TAP-ENC-9", "aws_rds_cluster", CLUSTER, kms_key_id=NO_KEY),
    of("TAP-ENC-9", "aws_rds_cluster", CLUSTER, performance_insights_enabled=True),
    of("TAP-ENC-9", "aws_rds_cluster", CLUSTER, manage_master_user_password=True),
    of("TAP-ENC-9", "aws_rds_cluster", CLUSTER, master_user_secret_kms_key_id=OTHER_KEY),
    of("TAP-ENC-9", "aws_db_instance", DATABASE, storage_encrypted=False),
    of("TAP-ENC-9", "aws_db_instance", DATABASE, kms_key_id=TOKEN),
    of("TAP-ENC-9", "aws_efs_file_system", FILES, encrypted=None),
    of("TAP-ENC-9", "aws_efs_file_system", FILES, kms_key_id=OTHER_KEY),
    of("TAP-ENC-9", "aws_efs_file_system", FILES, kms_key_id="${data.aws_kms_key.k.arn}"),
    of("TAP-ENC-9", "aws_kinesis_stream", STREAM, encryption_type=None),
    of("TAP-ENC-9", "aws_kinesis_stream", STREAM, encryption_type="NONE"),
    of("TAP-ENC-9", "aws_kinesis_stream", STREAM, kms_key_id="alias/aws/kinesis"),
    of("TAP-ENC-9", "aws_secretsmanager_secret", SECRET, kms_key_id=None),
    of("TAP-ENC-9", "aws_secretsmanager_secret", SECRET, kms_key_id="aws_kms_key.k.arn"),
    of("TAP-ENC-9", "aws_secretsmanager_secret", SECRET, "second replica", replica=[{"kms_key_id": own_key}, {}]),
    of("TAP-ENC-9", "aws_opensearch_domain", SEARCH, encrypt_at_rest=None),
    of("TAP-ENC-9", "aws_opensearch_domain", SEARCH, encrypt_at_rest=[]),
    of("TAP-ENC-9", "aws_opensearch_domain", SEARCH, "not enabled", encrypt_at_rest={"kms_key_id": own_key}),
    of("TAP-ENC-9", "aws_opensearch_domain", SEARCH, encrypt_at_rest=TOKEN),
    of("TAP-ENC-9", "aws_msk_cluster", KAFKA, encryption_info=None),
    of("TAP-DOC-3", "aws_msk_cluster", KAFKA, "dynamic", dynamic={"encryption_info": {"for_each": [], "content": {}}}),
    of("TAP-ENC-9", "aws_elasticache_replication_group", REDIS, at_rest_encryption_enabled=None),
    of("TAP-ENC-9", "aws_elasticache_replication_group", REDIS, kms_key_id=None),
    of("TAP-ENC-9", "aws_ebs_volume", DISK, encrypted=False),
    of("TAP-DOC-4", "aws_instance", SERVER, root_block_device=None),
    of("TAP-ENC-9", "aws_instance", SERVER, "root in the clear", root_block_device=[{"volume_size": 8}]),
    of("TAP-ENC-9", "aws_instance", SERVER, "second disk", ebs_block_device=[DISK, {"encrypted": True}]),
    of("TAP-ENC-9", "aws_mq_broker", BROKER, "AWS's own", encryption_options={"kms_key_id": own_key}),
    of("TAP-ENC-9", "aws_ecr_repository", REGISTRY, encryption_configuration=None),
    of(
        "TAP-ENC-9",
        "aws_ecr_repository",
        REGISTRY,
        "AES256",
        encryption_configuration=[{"encryption_type": "AES256", "kms_key": own_key}],
    ),
    of("TAP-ENC-9", "aws_kinesis_firehose_delivery_stream", DELIVERY, server_side_encryption=None),
    of(
        "TAP-ENC-9",
        "aws_kinesis_firehose_delivery_stream",
        DELIVERY,
        "AWS's own",
        server_side_encryption={"enabled": True, "key_type": "AWS_OWNED_CMK", "key_arn": own_key},
    ),
    of("TAP-ENC-9", "aws_backup_vault", VAULT, kms_key_arn=None),
    of(
        "TAP-ENC-9",
        "aws_sfn_state_machine",
        MACHINE,
        "AWS's own",
        encryption_configuration={"type": "AWS_OWNED_KEY", "kms_key_id": own_key},
    ),
    add("TAP-ENC-9", PARAMETER, {"name": "parameter-a-dev", "type": "SecureString"}),
    add("TAP-ENC-9", PARAMETER, {"name": "parameter-a-dev", "type": TOKEN}, says="type token"),
    add("TAP-ENC-9", "aws_cloudtrail", {"name": "trail-all-dev"}),
    add("TAP-ENC-9", "aws_redshift_cluster", {"cluster_identifier": "warehouse-a-dev", "encrypted": True}),
    add("TAP-ENC-9", "aws_docdb_cluster", {"cluster_identifier": "docdb-a-dev", "kms_key_id": own_key}),
    add("TAP-ENC-9", "aws_neptune_cluster", {"cluster_identifier": "graph-a-dev", "storage_encrypted": True}),
    add("TAP-ENC-9", "aws_codepipeline", {"artifact_store": {"encryption_key": {"id": OTHER_KEY, "type": "KMS"}}}),
    # Types that no rule covers
    add("TAP-DOC-4", "aws_simpledb_domain", {"name": "simpledb-a-dev"}),
    add("TAP-DOC-4", "aws_elasticache_cluster", {"cluster_id": "memcached-a-dev"}),
    add("TAP-DOC-4", "aws_lightsail_database", {"name": "lightsail-a-dev", "skip_final_snapshot": True}),
    add("TAP-DOC-4", "aws_dax_cluster", {"cluster_name": "dax-a-dev", "server_side_encryption": {"enabled": True}}),
    add("TAP-DOC-4", "aws_database_of_next_year", {"name": "new-a-dev"}),
    add("TAP-DOC-4", "google_sql_database_instance", {"name": "sql-a-dev"}),
    # Deletion
    of("TAP-DEL-1", "aws_rds_cluster", CLUSTER, deletion_protection=True),
    of("TAP-DEL-1", "aws_instance", SERVER, disable_api_termination="true"),
    add("TAP-DOC-4", "aws_neptunegraph_graph", {"graph_name": "graph-b-dev"}),
    of("TAP-DEL-3", "aws_rds_cluster", CLUSTER, final_snapshot_identifier="snapshot-orders-dev"),
    of("TAP-DEL-3", "aws_rds_cluster", CLUSTER, skip_final_snapshot=None),
    of("TAP-DEL-3", "aws_rds_cluster", CLUSTER, skip_final_snapshot=TOKEN),
    of("TAP-DEL-3", "aws_ebs_volume", DISK, final_snapshot=True),
    of("TAP-DEL-3", "aws_elasticache_replication_group", REDIS, final_snapshot_identifier=TOKEN),
    add("TAP-DEL-3", "aws_memorydb_cluster", {"final_snapshot_name": "snapshot-a-dev"}),
    add("TAP-DEL-3", "aws_eks_addon", {"preserve": True}),
    add("TAP-DOC-4", "aws_sagemaker_domain", {"domain_name": "domain-a-dev"}),
    of("TAP-DEL-3", "aws_instance", SERVER, "disk stays", root_block_device={**DISK, "delete_on_termination": False}),
    add("TAP-DEL-4", "aws_fsx_ontap_volume", {"snaplock_configuration": {"snaplock_type": "COMPLIANCE"}}),
    add("TAP-DEL-4", "aws_storagegateway_tape_pool", {"retention_lock_type": "GOVERNANCE"}),
    of("TAP-DEL-5", "aws_ecr_repository", REGISTRY, force_delete=None),
    of("TAP-DEL-5", "aws_backup_vault", VAULT, force_destroy="false"),
    of("TAP-DEL-6", "aws_secretsmanager_secret", SECRET, recovery_window_in_days=30),
    of("TAP-DEL-6", "aws_secretsmanager_secret", SECRET, recovery_window_in_days=None),
    add("TAP-DEL-6", "aws_acmpca_certificate_authority", {"permanent_deletion_time_in_days": 30}),
    # Names
    of("TAP-NAME-1", "aws_rds_cluster", CLUSTER, cluster_identifier="orders"),
    of("TAP-NAME-1", "aws_rds_cluster", CLUSTER, cluster_identifier=None),
    of("TAP-NAME-1", "aws_rds_cluster", CLUSTER, cluster_identifier_prefix="orders-"),
    of("TAP-NAME-1", "aws_db_instance", DATABASE, identifier="db-orders-prod"),
    of("TAP-NAME-1", "aws_efs_file_system", FILES, creation_token=TOKEN),
    of("TAP-NAME-1", "aws_elasticache_replication_group", REDIS, replication_group_id="redis"),
    of("TAP-NAME-2", "aws_opensearch_domain", SEARCH, domain_name="Search-Orders-dev"),
    of("TAP-NAME-2", "aws_msk_cluster", KAFKA, cluster_name="kafka-dev"),
    # Tags
    of("TAP-TAG-1", "aws_rds_cluster", CLUSTER, tags=None),
    of("TAP-TAG-1", "aws_efs_file_system", FILES, tags={"Owner": "somebody"}),
    of("TAP-TAG-1", "aws_opensearch_domain", SEARCH, tags=TOKEN),
]

HARMLESS = [
    of(None, "aws_rds_cluster", CLUSTER),
    of(None, "aws_rds_cluster", CLUSTER, storage_encrypted="true", backup_retention_period=35),
    of(
        None,
        "aws_rds_cluster",
        CLUSTER,
        "with insights",
        performance_insights_enabled=True,
        performance_insights_kms_key_id=own_key,
    ),
    of(None, "aws_rds_cluster", CLUSTER, performance_insights_enabled=False),
    of(None, "aws_db_instance", DATABASE, kms_key_id=own_key.replace("arn", "id")),
    of(None, "aws_efs_file_system", FILES),
    of(None, "aws_kinesis_stream", STREAM),
    of(None, "aws_secretsmanager_secret", SECRET),
    of(None, "aws_elasticache_replication_group", REDIS),
    of(None, "aws_ecr_repository", REGISTRY),
    of(None, "aws_backup_vault", VAULT),
    of(None, "aws_kinesis_firehose_delivery_stream", DELIVERY),
    change(None, "delivery from a stream", delivery_from_a_stream),
    add(None, "aws_lb", {"name": "lb-web-dev", "internal": True, "enable_deletion_protection": "false"}),
    add(None, PARAMETER, {"name": "/payments/parameter-a-dev", "type": "String"}),
    add(None, PARAMETER, {"name": "parameter-a-dev", "type": "SecureString", "key_id": own_key}, says="secure"),
    add(None, KEY, {"customer_master_key_spec": "RSA_2048", "deletion_window_in_days": 7}),
    add(None, KEY, {"enable_key_rotation": True, "deletion_window_in_days": "7"}),
    unclassified("aws_opensearch_domain", made(SEARCH, vpc_options={"subnet_ids": ["subnet-a"]})),
    unclassified("aws_msk_cluster", KAFKA),
    unclassified("aws_ebs_volume", DISK),
    unclassified("aws_instance", made(SERVER, ebs_block_device=[DISK, DISK]), "second disk"),
    unclassified("aws_mq_broker", BROKER),
    unclassified("aws_sfn_state_machine", MACHINE),
    unclassified("aws_route53_zone", {"name": "example.com", "force_destroy": True}),
    unclassified("aws_security_group_rule", {"tags": None, "type": "egress", "cidr_blocks": ["0.0.0.0/0"]}),
    unclassified("random_id", {"tags": None, "byte_length": 4}),
    unclassified("terraform_data", {"tags": None, "input": "a"}),
]
