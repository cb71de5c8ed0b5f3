"""The stand-ins of tests/unit/terraform."""

from tests.unit.terraform.conftest import program, stack  # noqa: F401
