"""The first judge: aspects that tag a stack and hold it to the policy catalogue while it is synthesized."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdktf import TerraformStack

    from lib.aspects.judge_aspect import Judge


def decorate(stack: TerraformStack, tags: Mapping[str, str]) -> Judge:
    """Tag every resource of the stack, then judge it; the judge's findings are there after `app.synth()`."""
    # Here, so that the catalogue can be read without Node.
    from cdktf import Aspects

    from lib.aspects.judge_aspect import Judge
    from lib.aspects.tagging_aspect import TaggingAspect

    judge = Judge(stack)
    aspects = Aspects.of(stack)
    aspects.add(TaggingAspect(tags))  # what changes goes before what judges
    aspects.add(judge)
    return judge
