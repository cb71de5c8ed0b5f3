"""S3 in memory, as far as the archive uses it: puts with conditions, and heads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError


@dataclass
class MemoryS3:
    """A client; `objects` by key: (content, metadata)."""

    objects: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)

    def put_object(self, **arguments: Any) -> dict[str, Any]:
        key = arguments["Key"]
        standing = self.objects.get(key)
        if arguments.get("IfNoneMatch") == "*" and standing:
            raise _precondition_failed()
        if "IfMatch" in arguments and (not standing or arguments["IfMatch"] != _etag(standing)):
            raise _precondition_failed()
        self.objects[key] = arguments["Body"], arguments.get("Metadata", {})
        return {}

    def head_object(self, **arguments: Any) -> dict[str, Any]:
        standing = self.objects[arguments["Key"]]
        return {"ETag": _etag(standing), "Metadata": standing[1]}


def _etag(standing: tuple[bytes, dict[str, str]]) -> str:
    return hashlib.md5(standing[0], usedforsecurity=False).hexdigest()


def _precondition_failed() -> ClientError:
    return ClientError({"Error": {"Code": "PreconditionFailed", "Message": ""}}, "PutObject")
