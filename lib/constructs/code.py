"""The functions' code: one zip for all functions, copied beside the stack's JSON."""

from __future__ import annotations

from cdktf import AssetType, TerraformAsset
from constructs import Construct

from lib.packaging import lambda_zip


class Code(Construct):
    """`filename` is relative to the stack's folder; `source_code_hash` changes exactly when the code does."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        made = lambda_zip()
        self.source_code_hash = made.source_code_hash
        asset = TerraformAsset(
            self, "zip", path=str(made.path), type=AssetType.FILE, asset_hash=made.sha256.hex()[:32].upper()
        )
        self.filename = asset.path
