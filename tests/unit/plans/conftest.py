"""The stand-ins of tests/unit/terraform."""

from tests.unit.terraform.conftest import stack  # noqa: F401
