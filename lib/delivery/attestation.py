"""The verdict in the parts that GitHub's attestation action takes: the predicate, and the subjects as checksums.

The plan that was made under the verdict becomes a subject too, so that whoever applies it can verify that it passed.
github.com/actions/attest
"""

from __future__ import annotations

import json
from pathlib import Path

from lib.errors import ToolError
from lib.gate import digests, verdict

PREDICATE, SUBJECTS = "predicate.json", "subjects.sha256"


def write(plan: Path, folder: Path) -> None:
    """`plan`: a folder that `make plan` has saved. Raises ToolError where it has no verdict that passed."""
    file = plan / verdict.FILE
    try:
        statement = json.loads(file.read_bytes())
        subjects = {subject["name"]: subject["digest"]["sha256"] for subject in statement["subject"]}
        predicate, kind = statement["predicate"], statement["predicateType"]
        passed = predicate["verificationResult"] == "PASSED"
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ToolError(f"{file}: is no verdict ({error}); name a folder that make plan has saved") from error
    if kind != verdict.PREDICATE or not passed:
        raise ToolError(f"{file}: is no verdict that passed; only what passed is attested")
    subjects["tfplan"] = digests.of_file(plan / "tfplan")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PREDICATE).write_text(f"{json.dumps(predicate, indent=2)}\n")
    (folder / SUBJECTS).write_text("".join(f"{digest}  {name}\n" for name, digest in sorted(subjects.items())))
