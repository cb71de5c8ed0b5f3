"""The KMS keys of an account. A key has no name: whoever looks for one has to ask about each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from lib.targets.pages import pages
from lib.targets.tags import DENIED, NOT_FOUND

AT_ONCE = 8  # an account may have thousands; KMS answers 2,000 such requests a second


def readable(client: Any) -> Iterator[Mapping[str, Any]]:
    """`KeyMetadata` of each key, in the order of ListKeys, which tells no more than ids. `client`: boto3's of KMS.

    Omits keys whose policy admits others only (no key of a stack does) and keys that no longer exist.
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
