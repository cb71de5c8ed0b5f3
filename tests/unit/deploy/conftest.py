"""Makes the fixtures of tests/unit/terraform available here."""

from tests.unit.terraform.conftest import bare_path, program, progress, stack  # noqa: F401
