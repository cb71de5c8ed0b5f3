"""A certificate for the emulator, whose clients then check it as they check AWS's."""

from __future__ import annotations

from pathlib import Path

import trustme

from lib.targets.emulator import Certificate


def issue(folder: Path) -> Certificate:
    """For 127.0.0.1, by an authority that nobody else trusts."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    files = Certificate(folder / "chain.pem", folder / "key.pem", folder / "authority.pem")
    issued.private_key_pem.write_to_path(str(files.key))
    issued.cert_chain_pems[0].write_to_path(str(files.chain))
    authority.cert_pem.write_to_path(str(files.authority))
    return files
