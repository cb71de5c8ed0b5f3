"""Split a verdict into the inputs of GitHub's attestation action: the predicate, and the subjects as checksums.

The saved plan becomes a subject too. Whoever applies the plan can then verify that it was checked and passed.
github.com/actions/attest
"""

from __future__ import annotations

import json
from pathlib import Path

from lib.errors import ToolError
from lib.gate import digests, verdict

PREDICATE, SUBJECTS = "predicate.json", "subjects.sha256"


def write(plan: Path, folder: Path) -> None:
    """Write both inputs to `folder`. `plan`: a folder that `make plan` saved.

    Raises ToolError if the folder has no verdict, or if its verdict is not clean.
    """
    file = plan / verdict.FILE
    try:
        statement = json.loads(file.read_bytes())
        subjects = {subject["name"]: subject["digest"]["sha256"] for subject in statement["subject"]}
        predicate, kind = statement["predicate"], statement["predicateType"]
        passed = predicate["verificationResult"] == "PASSED"
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ToolError(f"{file}: is not a verdict ({error}); set PLAN to a folder that make plan saved") from error
    if kind != verdict.PREDICATE or not passed:
        raise ToolError(f"{file}: the verdict did not pass; only passed plans are attested")
    subjects["tfplan"] = digests.of_file(plan / "tfplan")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PREDICATE).write_text(f"{json.dumps(predicate, indent=2)}\n")
    (folder / SUBJECTS).write_text("".join(f"{digest}  {name}\n" for name, digest in sorted(subjects.items())))
