"""Corrects the actions, resources and condition keys that MiniStack 1.5.33 checks in its mode AUTH to those of AWS.

fixes.apply() applies these corrections:

1. Lambda: MiniStack checks ListAliases for GetAlias, DeleteFunction for DeleteAlias, ListEventSourceMappings for
   GetEventSourceMapping, and nothing for UpdateEventSourceMapping and some others. The SDK's model has the right ones.
2. MiniStack checks `*` as the resource of dashboards, key aliases, tags of tables and topics, and new functions; AWS
   checks their ARNs. AWS checks a key's ARN even if the request names an alias. The ARN of a rule on the default bus
   names no bus. For a new secret, AWS checks the ARN that it will have (github.com/iann0036/iam-dataset/pull/22).
3. MiniStack sets no aws:ResourceTag for APIs and event source mappings; on AWS, an API's tags also apply to its routes
   and stages. It sets no aws:RequestTag for API Gateway, and no lambda:FunctionArn when a mapping is created.

docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

Resource = Callable[..., str]
Tags = Callable[[str], "Mapping[str, str] | None"]
Context = Callable[..., dict[str, Any]]

# Service -> request parameters that name the resource, and its ARN; {0} region, {1} account, {2} the parameter.
# If a request has a list of names, the first one counts. The query protocol calls it .member.1.
NAMED_BY: dict[str, dict[str, str]] = {
    "dynamodb": {"ResourceArn": "{2}"},
    "kms": {"AliasName": "arn:aws:kms:{0}:{1}:{2}"},
    "lambda": {"FunctionName": "arn:aws:lambda:{0}:{1}:function:{2}"},
    "monitoring": {
        "AlarmNames": "arn:aws:cloudwatch:{0}:{1}:alarm:{2}",
        "AlarmNames.member.1": "arn:aws:cloudwatch:{0}:{1}:alarm:{2}",
        "DashboardName": "arn:aws:cloudwatch::{1}:dashboard/{2}",
        "DashboardNames.member.1": "arn:aws:cloudwatch::{1}:dashboard/{2}",
        "ResourceARN": "{2}",
    },
    "sns": {"ResourceArn": "{2}"},
}
SECRETS_ENDING = "-AbCdEf"  # AWS adds a hyphen and six characters to a secret's name
# Actions for which AWS checks no resource, even if a parameter names one.
WITHOUT_RESOURCE = ("DescribeAlarms", "/event-source-mappings")


def apply() -> None:
    """Replace functions in MiniStack's modules. MiniStack looks them up by name at each call."""
    actions = importlib.import_module("ministack.core.iam_actions")
    actions._BOTOCORE_SERVICE_MAP["lambda"] = ["lambda"]
    actions._lambda_action = lambda method, path: actions._match_rest_action("lambda", method, path)  # type: ignore[attr-defined]
    actions.extract_resource_arn = with_resources(actions.extract_resource_arn)  # type: ignore[attr-defined]
    actions.request_tag_context = with_request_keys(actions.request_tag_context)  # type: ignore[attr-defined]
    tagging = importlib.import_module("ministack.services.tagging")
    tagging.resource_tags = with_tags(tagging.resource_tags, api_tags, mapping_tags)  # type: ignore[attr-defined]


def with_resources(original: Resource) -> Resource:
    """Correction 2: the resource's ARN."""

    def extract_resource_arn(
        service: str, method: str, path: str, headers: Any, body: bytes, params: Any, region: str, account: str
    ) -> str:
        found = original(service, method, path, headers, body, params, region, account)
        if service == "kms" and ":alias/" in found:
            return found.replace(":alias/", ":key/")
        if service == "secretsmanager" and found.endswith(f":secret:{structured(body).get('Name')}"):
            return f"{found}{SECRETS_ENDING}"
        if service == "events":
            asked = structured(body)
            name = asked.get("Name") or asked.get("Rule")
            return asked.get("ResourceARN") or (f"arn:aws:events:{region}:{account}:rule/{name}" if name else found)
        operation = value(params, "Action") or headers.get("x-amz-target", "").rpartition(".")[2]
        if found != "*" or operation in WITHOUT_RESOURCE or path.rstrip("/").endswith(WITHOUT_RESOURCE):
            return found
        named = {**params, **structured(body)}
        for parameter, arn in NAMED_BY.get(service, {}).items():
            if name := value(named, parameter):
                return arn.format(region, account, name)
        return found

    return extract_resource_arn


def with_request_keys(original: Context) -> Context:
    """Correction 3, for condition keys of requests."""

    def context(service: str, action: str, body: bytes, params: Mapping[str, Any]) -> dict[str, Any]:
        keys = original(service, action, body, params)
        if action == "lambda:CreateEventSourceMapping":
            keys["lambda:FunctionArn"] = structured(body).get("FunctionName")
        if service == "apigateway":
            tags = structured(body).get("tags") or {}
            keys |= {f"aws:RequestTag/{name}": text for name, text in tags.items()}
        return keys

    return context


def with_tags(original: Tags, api: Tags, mapping: Tags) -> Tags:
    """Correction 3, for the keys aws:ResourceTag/…"""

    def resource_tags(arn: str) -> Mapping[str, str] | None:
        if found := re.match(r"arn:aws:apigateway:[^:]*::/apis/[^/]+", arn):
            return api(found.group())
        if ":event-source-mapping:" in arn:
            return mapping(arn.rpartition(":")[2])
        return original(arn)

    return resource_tags


def api_tags(arn: str) -> Mapping[str, str] | None:
    found: Mapping[str, str] | None = importlib.import_module("ministack.services.apigateway")._api_tags.get(arn)
    return found


def mapping_tags(uuid: str) -> Mapping[str, str] | None:
    mapping: Mapping[str, Any] = importlib.import_module("ministack.services.lambda_svc")._esms.get(uuid) or {}
    return mapping.get("Tags")


def structured(body: bytes) -> dict[str, Any]:
    """Return the members of a JSON object; empty if the body is none."""
    try:
        content = json.loads(body) if body[:1] == b"{" else {}
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def value(params: Mapping[str, Any], name: str) -> str:
    """Return a parameter's value, or the first of several. The query protocol wraps each value in a list."""
    found = params.get(name, "")
    found = found[0] if isinstance(found, list) and found else found
    return found if isinstance(found, str) else ""
