"""The first page of a listing has one entry: what does not ask for the next page sees one entry.

AWS's pages have some hundred entries, so that code which never pages works in an account that is empty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.model import OperationModel

# Entries of the pages after the first: some of the lists have thousands.
LATER = 25
# Where the emulator itself answers with pages of any length. A token of these is an item or several values.
NATIVE = {
    ("dynamodb", "Query"): "Limit",
    ("dynamodb", "Scan"): "Limit",
    ("s3", "ListObjectVersions"): "MaxKeys",
    ("s3", "ListObjectsV2"): "MaxKeys",
}
# Without a limit these answer with one page and no token, however much there is.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html
SILENT_WITHOUT_LIMIT = {("sqs", "ListQueues"): "MaxResults"}


class PagesOfOne:
    """The emulator's answer, which has everything, is cut into pages: a token says how far the caller is."""

    def __init__(self) -> None:
        self._session = botocore.session.get_session()

    def impose(self, client: Any) -> None:
        service = client.meta.service_model.service_name
        for operation, config in self._paginators(service).items():
            events, name = client.meta.events, f"{service}.{operation}"
            if (service, operation) in NATIVE:
                events.register(f"before-parameter-build.{name}", _limiting(NATIVE[service, operation], config))
            elif isinstance(config["input_token"], str) and "." not in str(config["output_token"]):
                events.register(f"before-parameter-build.{name}", _reading(service, config))
                events.register_last(f"after-call.{name}", _cutting(config))

    def _paginators(self, service: str) -> Mapping[str, Any]:
        try:
            model = self._session.get_paginator_model(service)
        except botocore.exceptions.UnknownServiceError:
            return {}
        return dict(model._paginator_config)


def _limiting(limit: str, config: Mapping[str, Any]) -> Any:
    tokens = config["input_token"] if isinstance(config["input_token"], list) else [config["input_token"]]

    def before_parameter_build(params: dict[str, Any], **_: Any) -> None:
        params[limit] = LATER if any(token in params for token in tokens) else 1

    return before_parameter_build


def _reading(service: str, config: Mapping[str, Any]) -> Any:
    """Take our token and the caller's limit out of the request, and note them."""

    def before_parameter_build(
        params: dict[str, Any], model: OperationModel, context: dict[str, Any], **_: Any
    ) -> None:
        token = json.loads(params.pop(config["input_token"], None) or '{"offset": 0}')
        context["offset"] = token["offset"]
        if token.get("theirs"):
            params[config["input_token"]] = token["theirs"]
        context["theirs"] = token.get("theirs")
        limit = params.pop(config.get("limit_key", ""), None)
        needed = SILENT_WITHOUT_LIMIT.get((service, model.name))
        context["silent"] = needed is not None and limit is None

    return before_parameter_build


def _cutting(config: Mapping[str, Any]) -> Any:
    """Leave the entries of the page that the caller is at."""
    keys = config["result_key"] if isinstance(config["result_key"], list) else [config["result_key"]]

    def after_call(parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        entries = [(key, entry) for key in keys for entry in parsed.get(key) or []]
        offset, theirs = context["offset"], parsed.get(config["output_token"])
        end = offset + (LATER if offset or context["theirs"] else 1)
        for key in keys:
            if key in parsed:
                parsed[key] = [entry for of, entry in entries[offset:end] if of == key]
        following = None
        if end < len(entries):
            following = {"offset": end, "theirs": context["theirs"]}
        elif theirs:
            following = {"offset": 0, "theirs": theirs}
        parsed.pop(config["output_token"], None)
        if following and not context["silent"]:
            parsed[config["output_token"]] = json.dumps(following)
        if "more_results" in config:
            parsed[config["more_results"]] = following is not None

    return after_call
