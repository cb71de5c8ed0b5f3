"""In Python: it reads the statements of another resource, one of which must have exactly the required parts."""

from _attached import ConfigurationCheck, of_bucket
from _transport import refuses_plain_http
from checkov.common.models.enums import CheckCategories


class BucketsRefusePlainHttp(ConfigurationCheck):
    id = "TAP-ENC-8"
    name = "Buckets refuse requests without TLS"
    guideline = (
        "give the bucket one aws_s3_bucket_policy that refers to its id, and in its document a statement that denies "
        "s3:* to everyone, on the bucket's arn and arn/*, with the one condition Bool aws:SecureTransport false"
    )
    category = CheckCategories.ENCRYPTION
    types = ("aws_s3_bucket", "aws_s3_bucket_policy")
    configuration = of_bucket("policy", "policy")

    def wrong_settings(self, resource, configuration):
        if not refuses_plain_http(resource, configuration.get("policy"), ("s3:*",), ("", "/*")):
            yield "no statement of the policy denies s3:* without TLS on the bucket and its objects"


check = BucketsRefusePlainHttp()
