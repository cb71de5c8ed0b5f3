"""Writes the Lambda zip's software bill of materials (SBOM) in the format CycloneDX 1.6.

https://cyclonedx.org/docs/1.6/json/. The same zip gives the same bytes: the document has no timestamp, and its serial
number is derived from the zip's content.
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

# The functions' Python and platform, as PEP 508 names them: packages need other packages only on some platforms.
LAMBDA = {"python_version": "3.12", "python_full_version": "3.12.0", "sys_platform": "linux", "extra": ""}


def document() -> str:
    """Return the SBOM as JSON text. Raises ToolError if it is not valid CycloneDX."""
    made = packaging.lambda_zip()
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_OID, made.sha256.hex()))
    bom.metadata.timestamp = None
    function = Component(
        name="payments-infrastructure",
        type=ComponentType.APPLICATION,
        bom_ref="lambda.zip",
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
        # The same hash as source_code_hash in the stack's JSON.
        properties=[Property(name="aws:lambda:source_code_hash", value=base64.b64encode(made.sha256).decode())],
    )
    bom.metadata.component = function
    found = locks.in_folders(made.path)  # by the metadata of each package in the zip, not by the lock
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
        raise ToolError(f"the SBOM is not valid CycloneDX 1.6: {error}; report this error, a fault of {__name__}")
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
    """Return the names in `among` that a package needs in Lambda, sorted."""
    needed = [Requirement(text) for text in distribution.requires or ()]
    names = {canonicalize_name(one.name) for one in needed if one.marker is None or one.marker.evaluate(LAMBDA)}
    return sorted(names & set(among))
