"""What the Lambda zip contains, as a CycloneDX 1.6 document: the same zip gives the same bytes.

https://cyclonedx.org/docs/1.6/json/. A timestamp and a random serial number would differ in each run. Both are
optional: there is no timestamp, and the serial number is derived from the zip's content.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable
from importlib.metadata import Distribution

from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lib import packaging
from lib.dependencies import licenses, locks
from lib.dependencies.locks import Package
from lib.errors import ToolError

# Where the functions run; packages name what they need there by these (PEP 508).
LAMBDA = {"python_version": "3.12", "python_full_version": "3.12.0", "sys_platform": "linux", "extra": ""}


def document() -> str:
    """The JSON of the zip's bill of materials. Raises ToolError when it is not valid CycloneDX."""
    made = packaging.lambda_zip()
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_OID, made.sha256.hex()))
    bom.metadata.timestamp = None
    function = Component(
        name="payments-infrastructure",
        type=ComponentType.APPLICATION,
        bom_ref="lambda.zip",
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
        # As the stack's JSON states it: source_code_hash.
        properties=[Property(name="aws:lambda:source_code_hash", value=base64.b64encode(made.sha256).decode())],
    )
    bom.metadata.component = function
    found = locks.in_folders(made.path)  # what the zip itself says, by the metadata of each package in it
    components = {package.name: _component(package) for package in sorted(found)}
    for component in components.values():
        bom.components.add(component)
    for package, distribution in found.items():
        bom.register_dependency(
            components[package.name], [components[name] for name in _needs(distribution, components)]
        )
    bom.register_dependency(function, components.values())
    text: str = JsonV1Dot6(bom).output_as_string(indent=2) + "\n"
    if (error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)) is not None:
        raise ToolError(f"the SBOM is not valid CycloneDX 1.6: {error}; report it, this is a fault of {__name__}")
    return text


def _component(package: Package) -> Component:
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{package.name}@{package.version}",
        purl=PackageURL("pypi", None, package.name, package.version),
        licenses=[LicenseFactory().make_from_string(licenses.read_list().get(package, licenses.UNKNOWN))],
    )


def _needs(distribution: Distribution, among: Iterable[str]) -> list[str]:
    """The names of the zip's packages that a package needs."""
    needed = [Requirement(text) for text in distribution.requires or ()]
    names = {canonicalize_name(one.name) for one in needed if one.marker is None or one.marker.evaluate(LAMBDA)}
    return sorted(names & set(among))
