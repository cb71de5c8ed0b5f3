"""The first judge: aspects that tag a stack and check it against the catalogue of rules during synthesis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdktf import TerraformStack

    from lib.aspects.conventions import Conventions
    from lib.aspects.judge_aspect import Judge
    from lib.aspects.model import Rule
    from lib.findings.waivers import Waiver


def decorate(
    stack: TerraformStack,
    tags: Mapping[str, str],
    *,
    conventions: Conventions | None = None,
    rules: Iterable[Rule] | None = None,
    waivers: Iterable[Waiver] | None = None,
) -> Judge:
    """Tag every resource of the stack, then check the rules; `app.synth()` fills the returned Judge with findings.

    The defaults are this project's: payments_conventions.PAYMENTS, catalogue.RULES and policies/waivers.yaml.
    """
    # Imported here, so that the catalogue can be read without Node.
    from cdktf import Aspects

    from lib.aspects.catalogue import RULES
    from lib.aspects.judge_aspect import Judge
    from lib.aspects.payments_conventions import PAYMENTS
    from lib.aspects.tagging_aspect import TaggingAspect

    judge = Judge(
        stack, RULES if rules is None else rules, waivers, conventions=PAYMENTS if conventions is None else conventions
    )
    aspects = Aspects.of(stack)
    aspects.add(TaggingAspect(tags))  # tags first, because rules check them
    aspects.add(judge)
    return judge
