"""In Python: exactly one aws_s3_bucket_versioning must refer to each bucket, and Checkov replaces references."""

from _attached import ConfigurationCheck, of_bucket
from _stack import blocks, number_of, shown
from checkov.common.models.enums import CheckCategories

LIFECYCLE = of_bucket("lifecycle_configuration")
# Minimum number of days for which an overwritten version can be restored.
SHORTEST = 7
# Minimum number of days for which records are kept (PCI DSS 4.0.1, 10.5.1).
A_YEAR = 365


class BucketsAreVersioned(ConfigurationCheck):
    id = "TAP-REC-2"
    name = f"Buckets are versioned, and keep earlier versions for at least {SHORTEST} days"
    guideline = (
        "give the bucket one aws_s3_bucket_versioning that refers to its id, with versioning_configuration.status "
        "Enabled; set noncurrent_days of its lifecycle rules to 7 or more"
    )
    category = CheckCategories.BACKUP_AND_RECOVERY
    types = ("aws_s3_bucket", "aws_s3_bucket_versioning")
    configuration = of_bucket("versioning", "versioning")

    def wrong_settings(self, resource, configuration):
        versionings = blocks(configuration.get("versioning_configuration"))
        statuses = [versioning.get("status") for versioning in versionings] or [None]
        for status in statuses:
            if status != "Enabled":
                yield f"versioning_configuration.status is {shown(status)}"
        for lifecycle in LIFECYCLE.attached_to(resource.stack, resource.name):
            for rule in blocks(lifecycle.get("rule")):
                for expiration in blocks(rule.get("expiration")):
                    if "days" in expiration and not (number_of(expiration["days"]) or 0) >= A_YEAR:
                        yield f"rule.expiration.days is {shown(expiration['days'])}"
                for expiration in blocks(rule.get("noncurrent_version_expiration")):
                    days = expiration.get("noncurrent_days")
                    if not (number_of(days) or 0) >= SHORTEST:  # a value that is not a number is a violation
                        yield f"rule.noncurrent_version_expiration.noncurrent_days is {shown(days)}"


check = BucketsAreVersioned()
