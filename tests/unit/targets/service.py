"""A client of a service that answers from a table, for what asks many services and calculates little."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError


class Service:
    """Answers any call from a table: operation -> the page, or a function of the request that gives it."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

    def get_paginator(self, operation: str) -> Any:
        service = self

        class Paginator:
            def paginate(self, **given: Any) -> Iterator[dict[str, Any]]:
                yield getattr(service, operation)(**given)

        return Paginator()

    def __getattr__(self, operation: str) -> Any:
        answer = self.answers.get(operation, {})
        return answer if callable(answer) else lambda **_: answer


def refuse(code: str) -> Callable[..., Any]:
    """An operation that ends with an error of AWS's."""

    def call(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": code, "Message": ""}}, "Operation")

    return call
