"""Makes the fixtures of tests/unit/terraform available here."""

from tests.unit.terraform.conftest import program, stack  # noqa: F401
