"""The first judge: aspects that tag a stack and check it against the catalogue of rules during synthesis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdktf import TerraformStack

    from lib.aspects.judge_aspect import Judge


def decorate(stack: TerraformStack, tags: Mapping[str, str]) -> Judge:
    """Tag every resource of the stack, then check the rules; `app.synth()` fills the returned Judge with findings."""
    # Imported here, so that the catalogue can be read without Node.
    from cdktf import Aspects

    from lib.aspects.judge_aspect import Judge
    from lib.aspects.tagging_aspect import TaggingAspect

    judge = Judge(stack)
    aspects = Aspects.of(stack)
    aspects.add(TaggingAspect(tags))  # what changes goes before what judges
    aspects.add(judge)
    return judge
