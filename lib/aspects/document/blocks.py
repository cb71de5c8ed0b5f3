"""TAP-DOC-1: the document has only blocks that the rules can check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lib.aspects.document import form
from lib.aspects.expressions import parse
from lib.aspects.model import ANY_TYPE, StackRule
from lib.aspects.naming import naming_argument
from lib.aspects.terraform_json import StackView, as_list, flag, format_value, literal
from lib.findings.finding import Severity

DATA_SOURCES = ("aws_caller_identity", "aws_iam_policy_document", "aws_partition", "aws_region")
PROVIDER = frozenset({"region", "default_tags"})
# `aws` is Terraform's short form of hashicorp/aws.
PROVIDER_SOURCES = ("aws", "hashicorp/aws", "registry.terraform.io/hashicorp/aws")
OUTPUT = frozenset({"value", "description", "sensitive"})
MOVED = frozenset({"from", "to"})
IMPORT = frozenset({"id", "to"})

Findings = Iterator[tuple[str, str]]


def _blocks(stack: StackView) -> Findings:
    yield from form.check(stack)
    if "terraform" not in stack.sections:
        yield stack.name, "terraform is missing; expected the backend and the pinned provider"
    for name in stack.sections:
        match name:
            case "//" | "resource":
                continue
            case "data":
                yield from _data(stack)
            case "import":
                yield from _imports(stack)
            case "moved":
                yield from _moved(stack)
            case "output":
                yield from _outputs(stack)
            case "provider":
                yield from _provider(stack)
            case "terraform":
                yield from _terraform(stack)
            case _:
                yield stack.name, f"the document has a block {name}; expected none"


def _data(stack: StackView) -> Findings:
    for source in stack.data:
        if source.type not in DATA_SOURCES:
            yield source.path, f"the data source is {source.type}; expected {' or '.join(DATA_SOURCES)}"


def _objects(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _unexpected(stack: StackView, where: str, block: Any, expected: frozenset[str]) -> Findings:
    """Yield a finding for each argument of a block that is not expected, or one finding if `block` is not a block."""
    if not isinstance(block, Mapping):
        yield stack.name, f"{where} is {format_value(block)}; expected a block"
        return
    for name, value in block.items():
        if name not in expected and name != "//" and value is not None:
            yield (
                stack.name,
                f"{where} has {name} = {format_value(value)}; expected {' and '.join(sorted(expected))} only",
            )


def _outputs(stack: StackView) -> Findings:
    outputs = stack.section("output")
    if not isinstance(outputs, Mapping):
        yield stack.name, f"output is {format_value(outputs)}; expected outputs by name"
        return
    for name, output in outputs.items():
        if name != "//" and output is not None:
            yield from _unexpected(stack, f"output {name}", output, OUTPUT)
            if isinstance(output, Mapping) and output.get("value") is None:
                yield stack.name, f"output {name} has no value; expected one"


def _provider(stack: StackView) -> Findings:
    providers = stack.section("provider")
    if not isinstance(providers, Mapping):
        yield stack.name, f"provider is {format_value(providers)}; expected one aws provider"
        return
    if providers.get("aws") is None:
        yield stack.name, "no provider aws is configured; expected one"
    for name, configurations in providers.items():
        if name == "//" or configurations is None:
            continue
        if name != "aws":
            yield stack.name, f"the provider {name} is configured; expected aws only"
        if len(_objects(configurations)) != 1:
            yield stack.name, f"there are {len(_objects(configurations))} configurations of {name}; expected one"
        for configuration in _objects(configurations):
            yield from _unexpected(stack, f"provider {name}", configuration, PROVIDER)
            if isinstance(configuration, Mapping):
                yield from _plain_texts(stack, f"provider {name}.region", configuration.get("region"))
                for tags in as_list(configuration.get("default_tags")):
                    yield from _unexpected(stack, f"provider {name}.default_tags", tags, frozenset({"tags"}))
                    if isinstance(tags, Mapping):
                        yield from _tags(stack, tags.get("tags"))


def _tags(stack: StackView, tags: Any) -> Findings:
    if not isinstance(tags, Mapping):
        yield stack.name, f"provider aws.default_tags.tags is {format_value(tags)}; expected a map of literals"
        return
    for key, value in tags.items():
        if value is not None:
            yield from _plain_texts(stack, f"provider aws.default_tags.tags.{key}", value)
        yield from _plain_texts(stack, "a key of provider aws.default_tags.tags", key)


def _plain_texts(stack: StackView, where: str, value: Any) -> Findings:
    if not isinstance(value, str) or any(not isinstance(part, str) for part in parse(value)):
        yield stack.name, f"{where} is {format_value(value)}; expected a literal"


def _terraform(stack: StackView) -> Findings:
    for settings in _objects(stack.section("terraform")):
        yield from _unexpected(stack, "terraform", settings, frozenset({"backend", "required_providers"}))
        if not isinstance(settings, Mapping):
            continue
        for where in ("backend", "required_providers"):
            inner = settings.get(where)
            if len(_objects(inner)) > 1 or any(len(_objects(each)) > 1 for each in _inside(inner)):
                yield stack.name, f"terraform.{where} occurs more than once; expected one block"
        for backends in _objects(settings.get("backend") or {}):
            type_ = stack.conventions.backend.type
            yield from _unexpected(stack, "terraform.backend", backends, frozenset({type_}))
            for backend in _objects(backends.get(type_) if isinstance(backends, Mapping) else None):
                yield from _backend(stack, backend)
        for providers in _objects(settings.get("required_providers") or {}):
            yield from _unexpected(stack, "terraform.required_providers", providers, frozenset({"aws"}))
            if isinstance(providers, Mapping):
                yield from _pinned(stack, providers.get("aws"))


def _inside(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, Mapping) else []


def _backend(stack: StackView, backend: Any) -> Findings:
    form = stack.conventions.backend
    where = f"terraform.backend.{form.type}"
    yield from _unexpected(stack, where, backend, frozenset({*form.literals, *form.flags}))
    arguments = backend if isinstance(backend, Mapping) else {}
    for name in form.literals:
        yield from _plain_texts(stack, f"{where}.{name}", arguments.get(name))
    for name in form.flags:
        if flag(arguments.get(name)) is not True:
            yield stack.name, f"{where}.{name} is {format_value(arguments.get(name))}; expected true"


def _pinned(stack: StackView, provider: Any) -> Findings:
    where = "terraform.required_providers.aws"
    for block in _objects(provider):
        yield from _unexpected(stack, where, block, frozenset({"source", "version"}))
        if not isinstance(block, Mapping):
            continue
        if block.get("source") not in PROVIDER_SOURCES:
            yield stack.name, f"{where}.source is {format_value(block.get('source'))}; expected hashicorp/aws"
        if block.get("version") != (version := stack.conventions.provider_version):
            yield stack.name, f"{where}.version is {format_value(block.get('version'))}; expected {version}"


def _moved(stack: StackView) -> Findings:
    for block in _objects(stack.section("moved")):
        yield from _unexpected(stack, "moved", block, MOVED)
        if isinstance(block, Mapping) and block.get("to") not in stack.addresses:
            yield stack.name, f"moved.to is {format_value(block.get('to'))}; expected a resource of this stack"


def _imports(stack: StackView) -> Findings:
    for block in _objects(stack.section("import")):
        yield from _unexpected(stack, "import", block, IMPORT)
        if not isinstance(block, Mapping):
            continue
        target = next((resource for resource in stack.resources if resource.address == block.get("to")), None)
        if target is None:
            yield stack.name, f"import.to is {format_value(block.get('to'))}; expected a resource of this stack"
            continue
        name = target.attributes.get(naming_argument(target.type) or "")
        if not isinstance(literal(name), str) or block.get("id") != name:
            yield (
                target.path,
                f"import.id is {format_value(block.get('id'))}; expected its own name, {format_value(name)}",
            )


BLOCKS = StackRule(
    id="TAP-DOC-1",
    title="The document has only blocks that the rules can check",
    why="A data source can run a program, a provider argument can redirect every call, and `removed` can leave a "
    "table behind. Rules about resources do not see any of this.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 6.2.4", "Well-Architected SEC01-BP06"),
    resource_types=ANY_TYPE,
    waivable=False,
    fix="remove the block or the argument; compute in Python, before synthesis",
    source="https://developer.hashicorp.com/terraform/language/syntax/json",
    check=_blocks,
)
