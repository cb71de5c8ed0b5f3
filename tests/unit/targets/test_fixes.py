"""The emulator's fixes, as far as they are plain functions; that they work is the second plan's to show."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from lib.targets.emulator_process.fixes import structure, with_kms_keys, xml


def test_flat_names_become_nested_data() -> None:
    params = {
        "Action": ["PutMetricAlarm"],
        "AlarmName": ["alarm-x-dev"],
        "Metrics.member.1.Id": ["m1"],
        "Metrics.member.1.ReturnData": ["false"],
        "Metrics.member.1.MetricStat.Period": ["60"],
        "Metrics.member.1.MetricStat.Metric.Dimensions.member.1.Name": ["TableName"],
        "Metrics.member.2.Expression": ["FILL(m1, 0)"],
        "OKActions.member.2": ["second"],
        "OKActions.member.10": ["tenth"],
        "OKActions.member.1": ["first"],
    }
    assert structure(params) == {
        "Action": "PutMetricAlarm",
        "AlarmName": "alarm-x-dev",
        "Metrics": [
            {
                "Id": "m1",
                "ReturnData": False,
                "MetricStat": {"Period": 60, "Metric": {"Dimensions": [{"Name": "TableName"}]}},
            },
            {"Expression": "FILL(m1, 0)"},
        ],
        "OKActions": ["first", "second", "tenth"],
    }


def test_xml_has_members_and_escapes_what_it_must() -> None:
    alarm = {
        "AlarmDescription": "a < b & c",
        "ActionsEnabled": True,
        "Unit": None,
        "StateUpdatedTimestamp": 0,
        "Threshold": 1.0,
        "Dimensions": [{"Name": "n", "Value": "v"}],
        "OKActions": [],
    }
    root = ElementTree.fromstring(f"<r>{xml({'MetricAlarms': [alarm]})}</r>")  # noqa: S314 - written above
    (member,) = root.findall("MetricAlarms/member")
    assert member.findtext("AlarmDescription") == "a < b & c"
    assert member.findtext("ActionsEnabled") == "true"
    assert member.find("Unit") is None
    assert member.findtext("StateUpdatedTimestamp") == "1970-01-01T00:00:00Z"
    assert float(member.findtext("Threshold") or "") == 1.0
    assert member.findtext("Dimensions/member/Value") == "v"
    assert member.findall("OKActions/member") == []


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("kms:GenerateMac", {"kms:CallerAccount": "000000000000", "kms:MacAlgorithm": "HMAC_SHA_256"}),
        ("kms:VerifyMac", {"kms:CallerAccount": "000000000000", "kms:MacAlgorithm": "HMAC_SHA_256"}),
        ("kms:Decrypt", {"kms:CallerAccount": "000000000000"}),
        ("sqs:SendMessage", {}),
    ],
)
def test_a_request_to_kms_tells_the_policies_what_they_ask(action: str, told: dict[str, str]) -> None:
    context = with_kms_keys(lambda *_: {"aws:TagKeys": ["Owner"]}, lambda: "000000000000")
    keys = context(action.partition(":")[0], action, b'{"MacAlgorithm": "HMAC_SHA_256"}', {})
    assert keys == {"aws:TagKeys": ["Owner"], **told}
