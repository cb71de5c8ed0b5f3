"""Corrects differences between MiniStack 1.5.33 and AWS when the emulator starts. No other code needs this module.

Each fix states what AWS does and what MiniStack does instead. `apply()` runs in the emulator's own process.

1. PutMetricAlarm over the query protocol drops `Metrics` (metric math), and DescribeAlarms over it answers with eight
   of an alarm's members. Terraform's provider speaks that protocol, so every plan would show changes to every alarm.
2. MiniStack evaluates an alarm with all data points of its metric's name and ignores the dimensions. On AWS a metric is
   identified by namespace, name and exact dimensions: an alarm whose dimensions name something else never fires.
3. In its mode AUTH, MiniStack gives requests to KMS no condition keys, so conditions on kms:CallerAccount and
   kms:MacAlgorithm are never met. On AWS, requests have these keys. authorization.py has more corrections of AUTH.
4. GetApi and GetStage return the tags of the creation. AWS returns the current tags, after TagResource and
   UntagResource.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html
docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import FunctionType, ModuleType
from typing import Any
from xml.sax.saxutils import escape

Response = tuple[int, dict[str, str], bytes]
Handler = Callable[..., Response]

# Members that an alarm on metric math does not have, because each of its metrics has them.
SINGLE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit")


def apply() -> None:
    """Replace functions in MiniStack's modules. MiniStack looks them up by name at each call."""
    cloudwatch = importlib.import_module("ministack.services.cloudwatch")
    cloudwatch._put_metric_alarm = keep_metrics(cloudwatch, cloudwatch._put_metric_alarm)  # type: ignore[attr-defined]
    cloudwatch._describe_alarms = describe_all(cloudwatch, cloudwatch._describe_alarms)  # type: ignore[attr-defined]
    cloudwatch._evaluate_alarm = by_dimensions(cloudwatch, cloudwatch._evaluate_alarm)  # type: ignore[attr-defined]
    actions = importlib.import_module("ministack.core.iam_actions")
    account = importlib.import_module("ministack.core.responses").get_account_id
    actions.request_tag_context = with_kms_keys(actions.request_tag_context, account)  # type: ignore[attr-defined]
    apigateway = importlib.import_module("ministack.services.apigateway")
    apigateway._tag_resource = show_tags(apigateway, apigateway._tag_resource)  # type: ignore[attr-defined]
    apigateway._untag_resource = show_tags(apigateway, apigateway._untag_resource)  # type: ignore[attr-defined]
    # In the emulator's process, Python puts this directory first on its path.
    importlib.import_module("authorization").apply()


def keep_metrics(cloudwatch: ModuleType, original: Handler) -> Handler:
    """Fix 1, writing: store the members of the query protocol that MiniStack drops."""

    def put_metric_alarm(params: Any, data: Any, is_cbor: bool, is_json: bool = False) -> Response:
        response = original(params, data, is_cbor, is_json)
        request = data if is_cbor or is_json else structure(params)
        if response[0] == 200:
            alarm = cloudwatch._alarms[request["AlarmName"]]
            for member in ("Metrics", "InsufficientDataActions", "EvaluateLowSampleCountPercentile"):
                if request.get(member):
                    alarm[member] = request[member]
            absent = SINGLE_METRIC if alarm.get("Metrics") else ("Statistic",) if alarm["ExtendedStatistic"] else ()
            for member in absent:
                alarm.pop(member, None)
        return response

    return put_metric_alarm


def describe_all(cloudwatch: ModuleType, original: Handler) -> Handler:
    """Fix 1, reading: convert MiniStack's complete JSON answer to XML."""

    def describe_alarms(params: Any, data: Any, is_cbor: bool, is_json: bool = False) -> Response:
        if is_cbor or is_json:
            return original(params, data, is_cbor, is_json)
        status, _headers, body = original({}, structure(params), False, True)
        if status != 200:
            return original(params, data, is_cbor, is_json)
        answer = f"<DescribeAlarmsResult>{xml(json.loads(body))}</DescribeAlarmsResult>"
        response: Response = cloudwatch._xml(200, "DescribeAlarmsResponse", answer)
        return response

    return describe_alarms


def by_dimensions(cloudwatch: ModuleType, original: FunctionType) -> Callable[[dict[str, Any]], None]:
    """Fix 2: run MiniStack's evaluation on the data points of exactly the alarm's metric."""

    def evaluate_alarm(alarm: dict[str, Any]) -> None:
        dimensions = cloudwatch._dims_key(cloudwatch._dims_from_list(alarm.get("Dimensions") or []))
        key = (alarm.get("Namespace"), alarm.get("MetricName"), dimensions)
        points = [(name, values) for name, values in cloudwatch._metrics.items() if name == key]
        seen = {**vars(cloudwatch), "_metrics": dict(points)}
        FunctionType(original.__code__, seen)(alarm)

    return evaluate_alarm


def with_kms_keys(original: Callable[..., dict[str, Any]], account: Callable[[], str]) -> Callable[..., dict[str, Any]]:
    """Fix 3: add the condition keys of requests to KMS. All callers of the emulator belong to one account."""

    def context(service: str, action: str, body: bytes, params: Mapping[str, Any]) -> dict[str, Any]:
        keys = original(service, action, body, params)
        if service == "kms":
            keys = {**keys, "kms:CallerAccount": account()}
        if action in ("kms:GenerateMac", "kms:VerifyMac"):
            keys["kms:MacAlgorithm"] = json.loads(body).get("MacAlgorithm")
        return keys

    return context


def show_tags(apigateway: ModuleType, original: Callable[..., Any]) -> Callable[..., Any]:
    """Fix 4: return the current tags of an API or stage."""

    def change(resource_arn: str, data: Any) -> Any:
        response = original(resource_arn, data)
        arn, error = apigateway._validate_tag_resource_arn(resource_arn)
        api, _, stage = (arn or "").partition("::/apis/")[2].partition("/stages/")
        shown = None if error else apigateway._stages[api].get(stage) if stage else apigateway._apis.get(api)
        if shown is not None:
            shown["tags"] = dict(apigateway._api_tags.get(arn, {}))
        return response

    return change


def structure(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the query protocol's flat names as nested data.

    `{"Dimensions.member.1.Name": ["TableName"]}` -> `{"Dimensions": [{"Name": "TableName"}]}`
    """
    tree: dict[str, Any] = {}
    for name, value in params.items():
        node = tree
        *path, last = name.split(".")
        for part in path:
            node = node.setdefault(part, {})
        node[last] = _typed(last, value[0] if isinstance(value, list) else value)
    result = _lists(tree)
    if not isinstance(result, dict):
        raise TypeError("a request must have names")
    return result


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if set(node) == {"member"}:
        members = node["member"]
        return [_lists(members[number]) for number in sorted(members, key=int)]
    return {name: _lists(value) for name, value in node.items()}


def _typed(name: str, text: str) -> Any:
    if name in ("Period", "MaxRecords"):
        return int(text)
    return text == "true" if name == "ReturnData" else text


def xml(value: Any, name: str = "") -> str:
    """Return a JSON value as the query protocol's XML, without null values."""
    if isinstance(value, Mapping):
        return "".join(
            f"<{key}>{xml(item, key)}</{key}>" for key, item in value.items() if item is not None and item != ""
        )
    if isinstance(value, list):
        return "".join(f"<member>{xml(item)}</member>" for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    if re.search(r"Timestamp$", name) and isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC).isoformat().replace("+00:00", "Z")
    return escape(str(value))
