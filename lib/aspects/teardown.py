"""DEL: one command destroys everything, and nothing stays behind. The tables hold the provider's words (5.100.0)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lib.aspects.model import ANY_TYPE, ResourceRule, Severity
from lib.aspects.terraform_json import MISSING, Attributes, arguments, blocks, flag, literal, number, said

DECOMMISSION = ("Well-Architected COST04-BP03", "PCI DSS 4.0.1 3.2.1")

# Arguments that forbid the deletion of what carries them.
PROTECTIONS = frozenset(
    {
        "delete_protection",
        "deletion_protection",
        "deletion_protection_enabled",
        "disable_api_stop",
        "disable_api_termination",
        "enable_deletion_protection",
        "managed_termination_protection",
        "termination_protection",
        "termination_protection_enabled",
    }
)
OFF = ("INACTIVE", "DISABLED")  # how Cognito and ECS say false
# Types that AWS or the provider protects unless told otherwise.
PROTECTED_BY_DEFAULT = {
    "aws_cloudtrail_event_data_store": "termination_protection_enabled",
    "aws_neptunegraph_graph": "deletion_protection",
    "aws_qldb_ledger": "deletion_protection",
}

# Arguments that make a destroy leave something behind: when true, and when false.
KEEPS_WHEN_TRUE = frozenset(
    {
        "retain_on_delete",
        "retain_physical_resources",
        "retain_stack",
        "retain_stacks",
        "retain_stacks_on_account_removal",
        "skip_destroy",
    }
)
KEEPS_WHEN_FALSE = frozenset(
    {"delete_automated_backups", "delete_on_termination", "skip_final_backup", "skip_final_snapshot"}
)
# Types that keep something unless told otherwise.
KEEPS_BY_DEFAULT = {
    "aws_db_instance": "skip_final_snapshot",
    "aws_docdb_cluster": "skip_final_snapshot",
    "aws_fsx_ontap_volume": "skip_final_backup",
    "aws_fsx_openzfs_file_system": "skip_final_backup",
    "aws_fsx_windows_file_system": "skip_final_backup",
    "aws_lightsail_database": "skip_final_snapshot",
    "aws_neptune_cluster": "skip_final_snapshot",
    "aws_rds_cluster": "skip_final_snapshot",
    "aws_redshift_cluster": "skip_final_snapshot",
}

LOCK_TYPES = frozenset(
    {"aws_s3_bucket_object_lock_configuration", "aws_backup_vault_lock_configuration", "aws_glacier_vault_lock"}
)
LOCKS = frozenset(
    {
        "object_lock_configuration",
        "object_lock_enabled",
        "object_lock_legal_hold_status",
        "object_lock_mode",
        "object_lock_retain_until_date",
    }
)

FORCES = frozenset({"force_delete", "force_destroy"})
# Types whose destroy fails as long as they hold something.
HOLDS_DATA = {
    "aws_athena_database": "force_destroy",
    "aws_athena_workgroup": "force_destroy",
    "aws_backup_vault": "force_destroy",
    "aws_ecr_repository": "force_delete",
    "aws_ecrpublic_repository": "force_destroy",
    "aws_lightsail_bucket": "force_delete",
    "aws_s3_bucket": "force_destroy",
    "aws_s3_directory_bucket": "force_destroy",
}

# Days between a deletion and its effect: AWS's minimum, and the types that wait longer unless told otherwise.
WAITS = {"deletion_window_in_days": 7, "recovery_window_in_days": 0}
WAITS_BY_DEFAULT = {
    "aws_kms_external_key": "deletion_window_in_days",
    "aws_kms_key": "deletion_window_in_days",
    "aws_kms_replica_external_key": "deletion_window_in_days",
    "aws_kms_replica_key": "deletion_window_in_days",
    "aws_secretsmanager_secret": "recovery_window_in_days",
}


def _unprotected(type_: str, attributes: Attributes) -> Iterator[str]:
    for path, _, value in _effective(type_, attributes, PROTECTIONS, PROTECTED_BY_DEFAULT):
        if flag(value) is not False and literal(value) not in OFF:
            yield f"{path} is {said(value)}; expected false"


def _destroyable(_type: str, attributes: Attributes) -> Iterator[str]:
    for lifecycle in blocks(attributes, "lifecycle"):
        if flag(lifecycle.get("prevent_destroy")) not in (False, MISSING):
            yield f"lifecycle.prevent_destroy is {said(lifecycle.get('prevent_destroy'))}; expected false"


def _keeps_nothing(type_: str, attributes: Attributes) -> Iterator[str]:
    for path, _, value in _effective(type_, attributes, KEEPS_WHEN_TRUE, {}):
        if flag(value) is not False:
            yield f"{path} is {said(value)}; expected false"
    for path, _, value in _effective(type_, attributes, KEEPS_WHEN_FALSE, KEEPS_BY_DEFAULT):
        if flag(value) is not True:
            yield f"{path} is {said(value)}; expected true"


def _unlocked(type_: str, attributes: Attributes) -> Iterator[str]:
    if type_ in LOCK_TYPES:
        yield f"{type_} locks what it points at; expected no lock"
        return
    for path, name, value in _effective(type_, attributes, LOCKS, {}):
        if flag(value) is not False and literal(value) != "OFF" and value != []:
            yield f"{path} is {said(value)}; expected no {name}"


def _forced(type_: str, attributes: Attributes) -> Iterator[str]:
    for path, _, value in _effective(type_, attributes, FORCES, HOLDS_DATA):
        if flag(value) is not True:
            yield f"{path} is {said(value)}; expected true"


def _without_waiting(type_: str, attributes: Attributes) -> Iterator[str]:
    for path, name, value in _effective(type_, attributes, frozenset(WAITS), WAITS_BY_DEFAULT):
        if number(value) != WAITS[name]:
            yield f"{path} is {said(value)}; expected {WAITS[name]}"


def _effective(
    type_: str, attributes: Attributes, names: frozenset[str], harmful_by_default: dict[str, str]
) -> Iterator[tuple[str, str, Any]]:
    """What a resource says to arguments of these names, at every depth: (dotted path, name, value).

    Left out, an argument is harmless, unless its default for this type is not: then it comes with the value None.
    """
    for path, name, value in arguments(attributes):
        if name in names and literal(value) is not MISSING:
            yield path, name, value
    default = harmful_by_default.get(type_)
    if default is not None and literal(attributes.get(default)) is MISSING:
        yield default, default, None


UNPROTECTED = ResourceRule(
    id="TAP-DEL-1",
    title="Nothing is protected against its deletion",
    why="A protected resource stops a destroy half way, and somebody finishes it by hand.",
    severity=Severity.HIGH,
    controls=DECOMMISSION,
    resource_types=ANY_TYPE,
    waivable=False,
    fix="set it to False",
    source="https://docs.aws.amazon.com/wellarchitected/latest/framework/cost_decomissioning_resources_decommission.html",
    check=_unprotected,
)

DESTROYABLE = ResourceRule(
    id="TAP-DEL-2",
    title="No lifecycle forbids destruction",
    why="prevent_destroy makes terraform destroy fail for the whole stack.",
    severity=Severity.HIGH,
    controls=DECOMMISSION,
    resource_types=ANY_TYPE,
    waivable=False,
    fix="take prevent_destroy out of the lifecycle",
    source="https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle",
    check=_destroyable,
)

KEEPS_NOTHING = ResourceRule(
    id="TAP-DEL-3",
    title="Destroying leaves nothing behind",
    why="What skip_destroy, retain or a final snapshot leaves has no owner any more: it costs, and it holds data.",
    severity=Severity.HIGH,
    controls=DECOMMISSION,
    resource_types=ANY_TYPE,
    waivable=False,
    fix="set skip_destroy and retain_… to False, skip_final_… and delete_… to True, or leave a harmless default",
    source="https://docs.aws.amazon.com/wellarchitected/latest/framework/cost_decomissioning_resources_decommission.html",
    check=_keeps_nothing,
)

UNLOCKED = ResourceRule(
    id="TAP-DEL-4",
    title="No object lock and no vault lock",
    why="A locked object cannot be deleted before its time by anyone, so its bucket cannot be either.",
    severity=Severity.HIGH,
    controls=DECOMMISSION,
    resource_types=ANY_TYPE,
    waivable=False,
    fix="take the lock away; versions and a lifecycle keep history without it",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
    check=_unlocked,
)

FORCED = ResourceRule(
    id="TAP-DEL-5",
    title="What holds data is emptied when it is destroyed",
    why="AWS refuses to delete a bucket or a repository that is not empty; in use, they never are.",
    severity=Severity.HIGH,
    controls=DECOMMISSION,
    resource_types=ANY_TYPE,
    waivable=False,
    fix="set it to True",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html",
    check=_forced,
)

WITHOUT_WAITING = ResourceRule(
    id="TAP-DEL-6",
    title="What is deleted waits no longer than AWS's minimum",
    why="A key pending deletion is what remains after a destroy: seven days, not thirty.",
    severity=Severity.MEDIUM,
    controls=DECOMMISSION,
    resource_types=ANY_TYPE,
    waivable=False,
    fix="set deletion_window_in_days=7, recovery_window_in_days=0",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
    check=_without_waiting,
)

RULES = (UNPROTECTED, DESTROYABLE, KEEPS_NOTHING, UNLOCKED, FORCED, WITHOUT_WAITING)
