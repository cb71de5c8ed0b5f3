"""Wrong input stops at the door, in one line that names the variable, the value, the rule and the way out."""

from __future__ import annotations

from typing import Any

import pytest

from lib.errors import SettingsError
from lib.naming import LONGEST_SUFFIX
from lib.settings import (
    DEFAULT_LOG_RETENTION_DAYS,
    NO_RESERVED_CONCURRENCY,
    REQUIRED_TAGS,
    Settings,
    StackOptions,
    all_tags,
    check_stack_id,
    check_tags,
)


def test_nothing_set_gives_the_defaults() -> None:
    """The README's defaults."""
    settings = Settings.from_environment({})
    assert (settings.environment_suffix, settings.aws_region) == ("dev", "us-east-1")
    assert settings.stack_name == "TapStackdev"
    assert settings.options == StackOptions()


def test_everything_set_is_taken() -> None:
    """Each variable reaches its field."""
    settings = Settings.from_environment(
        {
            "ENVIRONMENT_SUFFIX": "pr-42",
            "AWS_REGION": "eu-west-1",
            "TERRAFORM_STATE_BUCKET": "my.state",
            "TERRAFORM_STATE_BUCKET_REGION": "eu-north-1",
            "ALERT_EMAIL": "oncall@example.com",
            "RESERVED_CONCURRENCY": "50",
            "LOG_RETENTION_DAYS": "731",
            "OWNER_TAG": "Team A",
            "PROJECT_TAG": "pay",
        }
    )
    assert settings == Settings(
        "pr-42",
        "eu-west-1",
        "my.state",
        "eu-north-1",
        {"Project": "pay", "Owner": "Team A"},
        StackOptions("oncall@example.com", 50, 731),
    )


def test_the_state_buckets_region_follows_the_stacks() -> None:
    """One region set means that none of the defaults is left."""
    assert Settings.from_environment({"AWS_REGION": "eu-west-1"}).state_bucket_region == "eu-west-1"


def test_a_state_bucket_of_one_letter_is_enough_to_synthesize_but_not_to_deploy() -> None:
    """A synth touches no bucket."""
    settings = Settings.from_environment({"TERRAFORM_STATE_BUCKET": "b"})
    with pytest.raises(SettingsError, match="TERRAFORM_STATE_BUCKET is 'b', but a bucket's name has 3"):
        settings.require_state_bucket()


def test_the_default_state_bucket_is_not_enough_to_deploy() -> None:
    """State must not land in a bucket that nobody named."""
    with pytest.raises(SettingsError, match=r"TERRAFORM_STATE_BUCKET is .* set it to a bucket of your account"):
        Settings.from_environment({}).require_state_bucket()
    Settings.from_environment({"TERRAFORM_STATE_BUCKET": "my-state"}).require_state_bucket()


WRONG = [
    *[
        ("ENVIRONMENT_SUFFIX", value)
        for value in (
            "",
            "Dev",
            "dev_1",
            "-dev",
            "dev-",
            "a--b",
            "dev.1",
            "dév",
            "dev\n",
            " dev",
            "s3alias",
            "x-s3alias",
            "an",
            "pr-an",
        )
    ],
    ("ENVIRONMENT_SUFFIX", "x" * (LONGEST_SUFFIX + 1)),
    *[
        ("AWS_REGION", value)
        for value in ("", "europe", "eu-west", "EU-west-1", "eu-west-1a", "eu_west_1", "eu-west-0")
    ],
    ("TERRAFORM_STATE_BUCKET_REGION", "nowhere"),
    *[
        ("TERRAFORM_STATE_BUCKET", value)
        for value in (
            *("", "My-State", "a_b", "-state", "state-", "a..b", "10.0.0.1", "x" * 64),
            *(
                "xn--state",
                "sthree-state",
                "state-s3alias",
                "state--x-s3",
                "state--ol-s3",
                "state--table-s3",
                "state.mrap",
            ),
            *("state-an", "state-123-eu-west-1-an", "amzn-s3-demo-state"),
        )
    ],
    *[
        ("ALERT_EMAIL", value)
        for value in ("", "oncall", "a@b", "a b@example.com", "a@@example.com", "a@example.com\n")
    ],
    *[("RESERVED_CONCURRENCY", value) for value in ("", "0", "-2", "many", "1.5", "1e3")],
    *[("LOG_RETENTION_DAYS", value) for value in ("", "30", "366", "a year")],
    *[("OWNER_TAG", value) for value in ("", " a", "a;b", "x" * 257)],
    ("PROJECT_TAG", "a,b"),
]


@pytest.mark.parametrize(("variable", "value"), WRONG)
def test_a_wrong_value_is_named_in_one_line(variable: str, value: str) -> None:
    """`{variable} is {value}, but {rule}; {fix}`."""
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({variable: value})
    message = str(raised.value)
    assert message.startswith(f"{variable} is {repr(value)[:70]}")
    assert ", but " in message
    assert "; " in message
    assert "\n" not in message
    assert len(message) < 350


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ENVIRONMENT_SUFFIX", "x" * LONGEST_SUFFIX),
        ("ENVIRONMENT_SUFFIX", "7"),
        ("ENVIRONMENT_SUFFIX", "plan"),
        ("ENVIRONMENT_SUFFIX", "an-1"),
        ("TERRAFORM_STATE_BUCKET", "state-123456789012-us-gov-west-1-an"),
        ("AWS_REGION", "us-gov-west-1"),
        ("AWS_REGION", "eusc-de-east-1"),
        ("AWS_REGION", "ap-southeast-7"),
        ("TERRAFORM_STATE_BUCKET", "x" * 63),
        ("RESERVED_CONCURRENCY", "-1"),
        ("LOG_RETENTION_DAYS", "3653"),
    ],
)
def test_the_edges_of_the_rules_are_inside(variable: str, value: str) -> None:
    """What AWS accepts is not refused here."""
    Settings.from_environment({variable: value})


def test_options_make_the_round_trip_through_an_apps_context() -> None:
    """What the environment said is what TapStack reads."""
    for options in (StackOptions(), StackOptions("oncall@example.com", 50, 731)):
        settings = Settings(options=options)
        assert StackOptions.from_context(settings.context().get) == options


def test_an_app_that_says_nothing_has_the_defaults() -> None:
    """A user's own App works."""
    options = StackOptions.from_context({}.get)
    assert options == StackOptions(None, NO_RESERVED_CONCURRENCY, DEFAULT_LOG_RETENTION_DAYS)


def test_context_numbers_come_as_floats_and_text_too() -> None:
    """From JavaScript and from a command line."""
    context = {"reserved_concurrency": 50.0, "log_retention_days": "731"}
    assert StackOptions.from_context(context.get) == StackOptions(None, 50, 731)


@pytest.mark.parametrize(
    ("name", "value"),
    [("alert_email", 5), ("reserved_concurrency", True), ("reserved_concurrency", 1.5), ("log_retention_days", [365])]
    + [("maximum_amount", value) for value in (0, -1, 1.5, True, "much", 10**12)],
)
def test_a_wrong_context_value_is_named(name: str, value: Any) -> None:
    """As for a variable of the environment."""
    with pytest.raises(SettingsError, match=f"^context {name} is "):
        StackOptions.from_context({name: value}.get)


@pytest.mark.parametrize("value", ["adyen", "Stripe", " stripe", "", 1])
def test_a_gateway_without_an_adapter_is_refused(value: object) -> None:
    with pytest.raises(SettingsError, match=r"payment_gateway is .*set it to simulated or stripe"):
        StackOptions.from_context({"payment_gateway": value}.get)


def test_the_gateway_is_the_simulated_one_unless_another_is_named() -> None:
    assert Settings.from_environment({}).options.payment_gateway == "simulated"
    settings = Settings.from_environment({"PAYMENT_GATEWAY": "stripe"})
    assert settings.options.payment_gateway == "stripe"
    assert settings.context()["payment_gateway"] == "stripe"


def test_a_maximum_amount_is_taken() -> None:
    """In minor units, up to what the API takes at all."""
    assert StackOptions.from_context({"maximum_amount": "999999999999"}.get).maximum_amount == 999_999_999_999
    assert Settings.from_environment({"MAXIMUM_AMOUNT": "5000"}).options.maximum_amount == 5000


def test_tags_are_plain_or_provider_shaped() -> None:
    """Both mean the same."""
    assert check_tags("default_tags", {"Owner": "a"}) == {"Owner": "a"}
    assert check_tags("default_tags", {"tags": {"Owner": "a"}}) == {"Owner": "a"}
    assert check_tags("default_tags", {"tags": "a"}) == {"tags": "a"}
    assert check_tags("default_tags", {}) == {}


@pytest.mark.parametrize(
    "value",
    [
        None,
        ["Owner"],
        {"tags": None},
        {"Owner": 5},
        {"Owner": ""},
        {5: "a"},
        {"": "a"},
        {"aws:owner": "a"},
        {"owner": "a"},
        {"Team": "a", "team": "b"},
        {"a;b": "c"},
    ],
)
def test_wrong_tags_are_named(value: Any) -> None:
    """Keys that differ in case alone would fail in IAM, after minutes of a deploy."""
    with pytest.raises(SettingsError, match="default_tags"):
        check_tags("default_tags", value)


def test_required_tags_are_always_there_and_can_be_overruled() -> None:
    """Whatever the caller gives."""
    assert set(all_tags("dev", {})) == set(REQUIRED_TAGS)
    assert all_tags("dev", {"Owner": "me", "CostCenter": "7"})["Owner"] == "me"
    assert all_tags("dev", {})["Environment"] == "dev"


@pytest.mark.parametrize("value", ["", "a b", "a/b", "-a", "../x", 5, None])
def test_a_stack_id_that_is_no_folder_name_is_refused(value: Any) -> None:
    """It is part of a path and of the state's key."""
    with pytest.raises(SettingsError, match=r"^ns is "):
        check_stack_id("ns", value)
