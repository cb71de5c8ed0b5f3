"""Every mutation, of all families."""

from __future__ import annotations

from . import access_mutations, data_mutations, harmless_mutations, provider_mutations, running_mutations

VIOLATIONS = [
    *data_mutations.VIOLATIONS,
    *provider_mutations.VIOLATIONS,
    *access_mutations.VIOLATIONS,
    *running_mutations.VIOLATIONS,
]
HARMLESS = [*harmless_mutations.HARMLESS, *provider_mutations.HARMLESS]
