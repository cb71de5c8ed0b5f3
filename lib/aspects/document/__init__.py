"""The DOC rules: the synthesized JSON contains only what the rules can check."""

from lib.aspects.document.blocks import BLOCKS
from lib.aspects.document.classified import ARGUMENTS, TYPES
from lib.aspects.document.collisions import COLLISIONS
from lib.aspects.document.meta_arguments import META
from lib.aspects.document.references import REFERENCES
from lib.aspects.document.secrets import SECRETS

RULES = (BLOCKS, REFERENCES, META, TYPES, ARGUMENTS, COLLISIONS, SECRETS)
