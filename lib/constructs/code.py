"""The functions' code: one zip that both share, copied beside the stack's JSON."""

from __future__ import annotations

from cdktf import AssetType, TerraformAsset
from constructs import Construct

from lib.packaging import lambda_zip


class Code(Construct):
    """`filename` is relative to the stack's folder; `sha256` in base64, as Lambda reports it."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        made = lambda_zip()
        self.sha256 = made.sha256
        self.filename = TerraformAsset(self, "zip", path=str(made.path), type=AssetType.FILE).path
