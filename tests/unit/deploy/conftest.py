"""The stand-ins of tests/unit/terraform."""

from tests.unit.terraform.conftest import bare_path, program, progress, stack  # noqa: F401
