"""Lists the KMS keys of an account with their metadata. A key has no name, so a search must read each key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from lib.targets.pages import pages
from lib.targets.tags import DENIED, NOT_FOUND

AT_ONCE = 8  # parallel requests: an account may have thousands of keys; KMS answers 2,000 of these requests a second


def readable(client: Any) -> Iterator[Mapping[str, Any]]:
    """Yield KMS's `KeyMetadata` of each key, in the order of ListKeys. `client`: a boto3 client of KMS.

    Keys that no longer exist are omitted. So are keys whose policy allows only other callers; no key of a stack is such
    a key.
    docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html
    """

    def describe(key_id: str) -> Mapping[str, Any] | None:
        try:
            found: Mapping[str, Any] = client.describe_key(KeyId=key_id)["KeyMetadata"]
        except ClientError as error:
            if error.response["Error"]["Code"] in (*DENIED, *NOT_FOUND):
                return None
            raise
        return found

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ids = [key["KeyId"] for key in pages(client, "list_keys", "Keys")]
        yield from (key for key in pool.map(describe, ids) if key is not None)
