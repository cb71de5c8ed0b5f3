"""The settings of the infrastructure. They are read from the environment and checked before anything is built.

This module reads and checks every setting of the stack, and contains all defaults.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lib.errors import SettingsError
from lib.naming import LONGEST_SUFFIX

DEFAULT_SUFFIX = "dev"
DEFAULT_REGION = "us-east-1"
DEFAULT_STATE_BUCKET = "terraform-state-not-set"  # placeholder for synthesis; a deploy needs an existing bucket
DEFAULT_PROJECT = "payments"
DEFAULT_OWNER = "payments-platform"
DEFAULT_LOG_RETENTION_DAYS = 365
# In minor units. The number has one digit less than a card number.
DEFAULT_MAXIMUM_AMOUNT = 999_999_999_999
NO_RESERVED_CONCURRENCY = -1  # Terraform's and Lambda's value for none
SIMULATED, STRIPE = "simulated", "stripe"
PAYMENT_GATEWAYS = (SIMULATED, STRIPE)

# The periods of twelve months and more (PCI DSS 4.0.1, 10.5.1) that CloudWatch Logs accepts.
# docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
LOG_RETENTION_DAYS = (365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)

# The required tags. `default_tags` may change their values and add further tags.
REQUIRED_TAGS = ("Environment", "ManagedBy", "Project", "Owner")


@dataclass(frozen=True)
class StackOptions:
    """Settings that TapStack reads from its App's context (docs/decisions/0004).

    `reserved_concurrency` is for the processor; -1 reserves none. `maximum_amount` of a payment is in minor units.
    `payment_gateway`: `simulated` moves no money, `stripe` is Stripe's test mode.
    """

    alert_email: str | None = None
    reserved_concurrency: int = NO_RESERVED_CONCURRENCY
    log_retention_days: int = DEFAULT_LOG_RETENTION_DAYS
    maximum_amount: int = DEFAULT_MAXIMUM_AMOUNT
    payment_gateway: str = SIMULATED

    @classmethod
    def read(cls, get: Callable[[str], Any], spell: Callable[[str], str]) -> StackOptions:
        """Read and check the settings. `get` returns None for an unset one; `spell` names a setting in errors."""

        def checked(name: str, check: Callable[[str, object], Any], default: object) -> Any:
            value = get(name)
            return default if value is None else check(spell(name), value)

        return cls(
            alert_email=checked("alert_email", check_email, None),
            reserved_concurrency=checked("reserved_concurrency", check_reserved_concurrency, NO_RESERVED_CONCURRENCY),
            log_retention_days=checked("log_retention_days", check_log_retention_days, DEFAULT_LOG_RETENTION_DAYS),
            maximum_amount=checked("maximum_amount", check_maximum_amount, DEFAULT_MAXIMUM_AMOUNT),
            payment_gateway=checked("payment_gateway", check_payment_gateway, SIMULATED),
        )

    @classmethod
    def from_context(cls, get: Callable[[str], Any]) -> StackOptions:
        """Read the settings with a construct node's `try_get_context`. Raises SettingsError."""
        return cls.read(get, "context {}".format)

    def context(self) -> dict[str, Any]:
        """Return the settings for `App(context=…)`."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class Settings:
    """All settings for synthesis, validated by `from_environment`."""

    environment_suffix: str = DEFAULT_SUFFIX
    aws_region: str = DEFAULT_REGION
    state_bucket: str = DEFAULT_STATE_BUCKET
    state_bucket_region: str = DEFAULT_REGION
    default_tags: Mapping[str, str] = field(default_factory=dict)
    options: StackOptions = field(default_factory=StackOptions)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check all settings. Unset variables have defaults. Raises SettingsError, also for an empty one."""
        region = check_region("AWS_REGION", environ.get("AWS_REGION", DEFAULT_REGION))
        return cls(
            environment_suffix=check_suffix("ENVIRONMENT_SUFFIX", environ.get("ENVIRONMENT_SUFFIX", DEFAULT_SUFFIX)),
            aws_region=region,
            state_bucket=check_bucket(
                "TERRAFORM_STATE_BUCKET", environ.get("TERRAFORM_STATE_BUCKET", DEFAULT_STATE_BUCKET)
            ),
            state_bucket_region=check_region(
                "TERRAFORM_STATE_BUCKET_REGION", environ.get("TERRAFORM_STATE_BUCKET_REGION", region)
            ),
            default_tags={
                "Project": check_tag_value("PROJECT_TAG", environ.get("PROJECT_TAG", DEFAULT_PROJECT)),
                "Owner": check_tag_value("OWNER_TAG", environ.get("OWNER_TAG", DEFAULT_OWNER)),
            },
            options=StackOptions.read(lambda name: environ.get(name.upper()), str.upper),
        )

    @property
    def stack_name(self) -> str:
        return f"TapStack{self.environment_suffix}"

    def context(self) -> dict[str, Any]:
        """Return the settings for `App(context=…)` that are not arguments of TapStack."""
        return self.options.context()

    def require_state_bucket(self) -> None:
        """Check the state bucket before a deploy to AWS. Raises SettingsError if it is the default or invalid."""
        fix = "set it to a bucket of your account"
        if self.state_bucket == DEFAULT_STATE_BUCKET:
            raise SettingsError("TERRAFORM_STATE_BUCKET", self.state_bucket, "the default is for synthesis only", fix)
        if len(self.state_bucket) < 3:
            rule = "a bucket's name has 3 characters or more"
            raise SettingsError("TERRAFORM_STATE_BUCKET", self.state_bucket, rule, fix)


def check_suffix(variable: str, value: object) -> str:
    """Check an environment's suffix: lower-case letters, digits and single hyphens, short enough for every name."""
    fix = "set it like dev or pr-42"
    text = _text(variable, value, fix)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text):
        rule = "it may have only lower-case letters, digits and single hyphens between them"
        raise SettingsError(variable, value, rule, fix)
    if len(text) > LONGEST_SUFFIX:
        rule = f"it has {len(text)} characters, and at most {LONGEST_SUFFIX} fit into the longest name"
        raise SettingsError(variable, value, rule, f"shorten it by {len(text) - LONGEST_SUFFIX}")
    # Bucket names end in the suffix. All other endings that S3 reserves have a dot or two consecutive hyphens:
    # docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    if reserved := re.search(r"(^|-)(an|s3alias)$", text):
        raise SettingsError(variable, value, f"S3 reserves bucket names that end in -{reserved[2]}", fix)
    return text


def check_region(variable: str, value: object) -> str:
    """Check the form of a region's name (us-east-1, us-gov-west-1, eusc-de-east-1), not whether the region exists."""
    fix = "set it like eu-west-1"
    text = _text(variable, value, fix)
    if not re.fullmatch(r"[a-z]{2,5}(-[a-z]+){1,3}-[1-9][0-9]?", text):
        raise SettingsError(variable, value, "that is not the form of an AWS region", fix)
    return text


def check_bucket(variable: str, value: object) -> str:
    """Check a bucket's name. Only a deploy requires three characters (`Settings.require_state_bucket`).

    docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    """
    fix = "set it to the name of the bucket with the Terraform state"
    text = _text(variable, value, fix)
    shaped = re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?", text)
    if not shaped or ".." in text or re.fullmatch(r"\d+(\.\d+){3}", text):
        rule = (
            "a bucket's name has up to 63 lower-case letters, digits, dots and hyphens, begins and ends with a letter "
            "or digit, has no two dots in a row and is no IP address"
        )
        raise SettingsError(variable, value, rule, fix)
    reserved = re.match(r"xn--|sthree-|amzn-s3-demo-", text) or re.search(
        r"(-s3alias|--ol-s3|--x-s3|--table-s3|\.mrap)$", text
    )
    if reserved:
        raise SettingsError(variable, value, f"S3 reserves names that begin with or end in {reserved.group()!r}", fix)
    if text.endswith("-an") and not re.search(r"-\d{12}-[a-z]+(-[a-z]+)+-\d+-an$", text):
        # docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html
        rule = "S3 keeps names that end in -an for buckets of an account and region: …-123456789012-eu-west-1-an"
        raise SettingsError(variable, value, rule, fix)
    return text


def check_stack_id(variable: str, value: object) -> str:
    """Check the stack's name, which becomes an output folder and part of the state's key."""
    fix = "set it like TapStackdev"
    text = _text(variable, value, fix)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", text):
        rule = "a stack's name has up to 128 letters, digits, hyphens and underscores and no hyphen first"
        raise SettingsError(variable, value, rule, fix)
    return text


def check_email(variable: str, value: object) -> str:
    """Check that a text has the form of an e-mail address to which SNS can send."""
    fix = "set it like oncall@example.com, or unset it"
    text = _text(variable, value, fix)
    if len(text) > 254 or not re.fullmatch(r"[^@\s\"'<>(),;:\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", text):
        raise SettingsError(variable, value, "that is not the form of an e-mail address", fix)
    return text


def check_reserved_concurrency(variable: str, value: object) -> int:
    """Check the processor's reserved concurrency; -1 is none. 0 is invalid: Lambda would then run no request.

    docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html: 100 executions stay unreserved, so an
    account whose quota is still 10 can reserve none.
    """
    rule = "it is the number of executions kept for the processor, from 1, or -1 for none"
    fix = "set it like 50 (Lambda keeps 100 of the account's quota unreserved), or unset it"
    number = _integer(variable, value, rule, fix)
    if number != NO_RESERVED_CONCURRENCY and number < 1:
        raise SettingsError(variable, value, rule, fix)
    return number


def check_log_retention_days(variable: str, value: object) -> int:
    """Check that CloudWatch Logs supports the period, and that it is twelve months or more."""
    rule = "logs are kept for twelve months or more (PCI DSS 10.5.1), for a period that CloudWatch Logs knows"
    fix = f"set it to one of {', '.join(str(days) for days in LOG_RETENTION_DAYS)}"
    number = _integer(variable, value, rule, fix)
    if number not in LOG_RETENTION_DAYS:
        raise SettingsError(variable, value, rule, fix)
    return number


def check_maximum_amount(variable: str, value: object) -> int:
    """Check the largest amount of one payment, in minor units of its currency."""
    rule = f"it is a whole number of minor units from 1 to {DEFAULT_MAXIMUM_AMOUNT}"
    fix = "set it like 100000000 (a million euros, or a hundred million yen), or unset it"
    number = _integer(variable, value, rule, fix)
    if not 1 <= number <= DEFAULT_MAXIMUM_AMOUNT:
        raise SettingsError(variable, value, rule, fix)
    return number


def check_payment_gateway(variable: str, value: object) -> str:
    """Check a gateway's name: lib/lambda/payments must have an adapter for it."""
    fix = f"set it to {' or '.join(PAYMENT_GATEWAYS)}, or unset it for {SIMULATED}, which moves no money"
    text = _text(variable, value, fix)
    if text not in PAYMENT_GATEWAYS:
        raise SettingsError(variable, value, "there is no adapter for a gateway of that name", fix)
    return text


def check_tag_value(variable: str, value: object) -> str:
    """Check that all AWS services accept a tag's value.

    docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    """
    fix = "set it like payments-team"
    text = _text(variable, value, fix)
    if not re.fullmatch(r"[\w .:/=+@-]{1,256}", text) or text != text.strip():
        rule = "a tag's value has up to 256 letters, digits, spaces between them and . : / = + @ _ - only"
        raise SettingsError(variable, value, rule, fix)
    return text


def check_tags(variable: str, value: object) -> dict[str, str]:
    """Check tags, given as a plain dict or in the provider's form `{"tags": {…}}`."""
    if isinstance(value, Mapping) and set(value) == {"tags"} and isinstance(value["tags"], Mapping):
        value = value["tags"]
    if not isinstance(value, Mapping):
        fix = 'pass {} or {"Owner": "payments-team"}'
        raise SettingsError(variable, value, "tags are a dict of text to text, plain or below 'tags'", fix)
    checked: dict[str, str] = {}
    for key, item in value.items():
        name = f"a key of {variable}"
        if not isinstance(key, str) or not re.fullmatch(r"[\w .:/=+@-]{1,128}", key) or key != key.strip():
            rule = "a tag's key must have at most 128 letters, digits, spaces between them and . : / = + @ _ - only"
            raise SettingsError(name, key, rule, "rename it")
        if key.lower().startswith("aws:"):
            raise SettingsError(name, key, "AWS reserves keys that begin with aws:", "rename it")
        # IAM treats keys that differ only in case as one key: docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
        twin = next((other for other in (*REQUIRED_TAGS, *checked) if other.lower() == key.lower()), key)
        if twin != key:
            raise SettingsError(name, key, f"IAM treats it and {twin!r} as the same key", f"spell it {twin}")
        checked[key] = check_tag_value(f"{variable}[{key!r}]", item)
    return checked


def all_tags(suffix: str, default_tags: Mapping[str, str]) -> dict[str, str]:
    """Return the given tags, plus the defaults of required tags that are missing, sorted by key."""
    required = dict(zip(REQUIRED_TAGS, (suffix, "cdktf", DEFAULT_PROJECT, DEFAULT_OWNER), strict=True))
    return dict(sorted({**required, **default_tags}.items()))


def _text(variable: str, value: object, fix: str) -> str:
    if not isinstance(value, str):
        raise SettingsError(variable, value, f"it is text, not {type(value).__name__}", fix)
    if not value:
        raise SettingsError(variable, value, "it must not be empty", fix)
    return value


def _integer(variable: str, value: object, rule: str, fix: str) -> int:
    """Check an integer. A CDKTF context may pass it as a float, and the environment passes it as text."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,12}", value):
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise SettingsError(variable, value, rule, fix)
    return value
