"""Additions to functions: mappings, permissions, URLs, aliases, destinations, and code that was not deployed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lib.drift.additions.addition import addition, command, found_or_none
from lib.drift.model import Change, Kind, Repair
from lib.drift.refreshed import Managed, Refreshed
from lib.drift.values import Difference
from lib.targets.pages import pages

MAPPING = "aws_lambda_event_source_mapping"
PERMISSION = "aws_lambda_permission"
NOT_FOUND = "ResourceNotFoundException"


def find(client: Any, state: Refreshed) -> Iterator[Change]:
    """Yield the additions of every function, and of every possible source of a mapping."""
    for function in state.of("aws_lambda_function"):
        yield from _mappings(client, state, function, FunctionName=function.name)
        yield from _urls(client, state, function)
        yield from _aliases(client, state, function)
        yield from _asynchronous(client, state, function)
        yield from _code(client, state, function)
        for qualifier in _qualifiers(client, function):
            yield from _permissions(client, state, function, qualifier)
    own = {function["arn"] for function in state.of("aws_lambda_function")}
    for type_, attribute in (("aws_dynamodb_table", "stream_arn"), ("aws_sqs_queue", "arn")):
        for source in state.of(type_):
            if source[attribute]:
                for change in _mappings(client, state, source, EventSourceArn=source[attribute]):
                    if not any(str(change.arguments["function_name"]).startswith(arn) for arn in own):
                        yield change


def _mappings(client: Any, state: Refreshed, of: Managed, **which: str) -> Iterator[Change]:
    declared = {mapping["uuid"] for mapping in state.of(MAPPING)}
    for item in pages(client, "list_event_source_mappings", "EventSourceMappings", **which):
        if item["UUID"] in declared or item.get("Refreshed") == "Deleting":
            continue
        source = item.get("EventSourceArn", "a source that it does not name")
        yield addition(
            of,
            f"the event source mapping {item['UUID']} from {source} to {item['FunctionArn']}",
            MAPPING,
            {
                "event_source_arn": source,
                "function_name": item["FunctionArn"],
                "enabled": item.get("Refreshed") not in ("Disabled", "Disabling"),
            },
            command("lambda", "delete-event-source-mapping", "--uuid", item["UUID"]),
        )


def _urls(client: Any, state: Refreshed, function: Managed) -> Iterator[Change]:
    declared = {url["function_arn"] for url in state.of("aws_lambda_function_url")}
    for item in pages(client, "list_function_url_configs", "FunctionUrlConfigs", FunctionName=function.name):
        if item["FunctionArn"] not in declared:
            yield addition(
                function,
                f"the function URL {item['FunctionUrl']} ({item['AuthType']})",
                "aws_lambda_function_url",
                {"function_name": function.reference("function_name"), "authorization_type": item["AuthType"]},
                command("lambda", "delete-function-url-config", "--function-name", item["FunctionArn"]),
            )


def _aliases(client: Any, state: Refreshed, function: Managed) -> Iterator[Change]:
    declared = {alias["arn"] for alias in state.of("aws_lambda_alias")}
    for item in pages(client, "list_aliases", "Aliases", FunctionName=function.name):
        if item["AliasArn"] not in declared:
            yield addition(
                function,
                f"the alias {item['Name']}",
                "aws_lambda_alias",
                {
                    "name": item["Name"],
                    "function_name": function.reference("function_name"),
                    "function_version": item["FunctionVersion"],
                },
                command("lambda", "delete-alias", "--function-name", function.name, "--name", item["Name"]),
            )


def _asynchronous(client: Any, state: Refreshed, function: Managed) -> Iterator[Change]:
    """Yield additional destinations of asynchronous invocations."""
    type_ = "aws_lambda_function_event_invoke_config"
    declared = {(item["function_name"], item["qualifier"] or "$LATEST") for item in state.of(type_)}
    for item in pages(
        client, "list_function_event_invoke_configs", "FunctionEventInvokeConfigs", FunctionName=function.name
    ):
        qualifier = _qualifier(item["FunctionArn"]) or "$LATEST"
        if (function.name, qualifier) in declared:
            continue
        targets = item.get("DestinationConfig", {})
        destinations = {
            name: [{"destination": targets[member]["Destination"]}]
            for name, member in (("on_success", "OnSuccess"), ("on_failure", "OnFailure"))
            if targets.get(member, {}).get("Destination")
        }
        yield addition(
            function,
            f"destinations of asynchronous invocations of {qualifier}",
            type_,
            {"function_name": function.reference("function_name"), "destination_config": [destinations]},
            command(
                *("lambda", "delete-function-event-invoke-config", "--function-name", function.name),
                *("--qualifier", qualifier),
            ),
        )


def _code(client: Any, state: Refreshed, function: Managed) -> Iterator[Change]:
    """Yield a change if the code of $LATEST differs from that of the alias's version.

    A deploy publishes the code of $LATEST as this version. Terraform does not compare the deployed code.
    """
    latest = function["code_sha256"]
    for alias in state.of("aws_lambda_alias"):
        if _name(alias["function_name"]) == function.name:
            version = alias["function_version"]
            deployed = client.get_function_configuration(FunctionName=function.name, Qualifier=version)["CodeSha256"]
            if latest and latest != deployed:
                remedy = ("lambda", "update-function-code", "--function-name", function.name)
                yield Change(
                    Kind.CHANGED,
                    function.address,
                    function.name,
                    Repair.LEAVES,
                    argument="code_sha256",
                    before=deployed,
                    after=latest,
                    differences=(Difference("code_sha256", deployed, latest),),
                    remedy=command(*remedy, "--zip-file", "fileb://lambda.zip"),
                )
                return


def _qualifiers(client: Any, function: Managed) -> Iterator[str]:
    """Yield "" for the function, then each alias and version. Each of these may have a policy of its own."""
    yield ""
    for alias in pages(client, "list_aliases", "Aliases", FunctionName=function.name):
        yield alias["Name"]
    for version in pages(client, "list_versions_by_function", "Versions", FunctionName=function.name):
        if version["Version"] != "$LATEST":
            yield version["Version"]


def _permissions(client: Any, state: Refreshed, function: Managed, qualifier: str) -> Iterator[Change]:
    declared = {
        (item["statement_id"], item["qualifier"] or "")
        for item in state.of(PERMISSION)
        if _name(item["function_name"]) == function.name
    }
    which = {"Qualifier": qualifier} if qualifier else {}
    found = found_or_none(client.get_policy, NOT_FOUND, FunctionName=function.name, **which)
    for statement in json.loads(found["Policy"])["Statement"] if found else []:
        sid = statement["Sid"]
        # The emulator returns the statements of every qualifier.
        if (sid, qualifier) in declared or _qualifier(statement["Resource"]) != qualifier:
            continue
        principal = _principal(statement["Principal"])
        words = ["lambda", "remove-permission", "--function-name", function.name, "--statement-id", sid]
        yield addition(
            function,
            f"the permission {sid} of {principal}" + (f" on {qualifier}" if qualifier else ""),
            PERMISSION,
            {
                "statement_id": sid,
                "function_name": function.reference("function_name"),
                "action": statement["Action"],
                "principal": principal,
                **_source(statement.get("Condition", {})),
            },
            command(*words, *(["--qualifier", qualifier] if qualifier else [])),
        )


def _name(function: Any) -> str:
    """Return a function's name from its name or one of its ARNs."""
    return str(function).split(":function:")[-1].split(":")[0]


def _qualifier(arn: str) -> str:
    """Return the qualifier in a function's ARN: `…:function:NAME:alias` -> `alias`; "" without one."""
    return arn.split(":function:")[-1].partition(":")[2]


def _principal(value: Any) -> str:
    return str(next(iter(value.values()))) if isinstance(value, Mapping) else str(value)


def _source(conditions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the values of the condition keys AWS:SourceArn and AWS:SourceAccount, whatever their operators."""
    values = {name.lower(): value for operator in conditions.values() for name, value in operator.items()}
    return {"source_arn": values.get("aws:sourcearn"), "source_account": values.get("aws:sourceaccount")}
