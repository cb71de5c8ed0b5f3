"""The conventions of a project, as the rules check them: names, tags, backend, runbooks, versions and metrics.

This project's conventions are in payments_conventions.py. docs/adopt.md shows how another project defines its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from lib.aspects import types
from lib.aspects.metric_tables import TABLES
from lib.aspects.provider.projection import VERSION
from lib.aspects.types import Argument, ResourceType
from lib.errors import ToolError

RESOURCE_TYPE, PURPOSE, SUFFIX = "{resource-type}", "{purpose}", "{suffix}"
_PART = r"(?:\{resource-type\}|\{purpose\}|\{suffix\}|[a-z0-9]+)"
# Waivable rules whose findings depend on the conventions.
BY_CONVENTION = frozenset(
    {"TAP-NAME-1", "TAP-NAME-2", "TAP-TAG-1", "TAP-OBS-8", "TAP-OBS-9", "TAP-OBS-10", "TAP-RUN-1"}
)
FUNCTION, LAYER, VARIABLES = "aws_lambda_function", "aws_lambda_layer_version", "environment.variables"


@dataclass(frozen=True)
class Backend:
    """The required form of `terraform.backend`: the arguments `literals` are literals, the arguments `flags` are true.

    `path` names the argument with the location of the state in the backend.
    """

    type: str
    literals: tuple[str, ...]
    path: str
    flags: tuple[str, ...] = ()


S3 = Backend("s3", ("bucket", "key", "region"), "key", ("encrypt", "use_lockfile"))
LOCAL = Backend("local", ("path",), "path")


@dataclass(frozen=True, kw_only=True, eq=False)
class Conventions:
    """The conventions of one project. Raises ToolError, with the field and the fix, if a value has a wrong form.

    - `name_pattern`: parts joined by hyphens. `{purpose}` and `{suffix}` (the environment's) are required;
      `{resource-type}` and fixed words are optional: "acme-{purpose}-{suffix}".
    - `resource_types`: type -> word for {resource-type}, for types whose word differs from the one in naming.NAMED.
    - `state_path`: the path of the state in the backend; it must contain `{suffix}`.
    - `metrics_namespace`: the CloudWatch namespace in which functions publish metrics; it must contain `{suffix}`.
    - `runbook`: the end of each alarm's description; it must contain `{name}`.
    - `runbooks`: the folder with the files `{name}.md`; None if the rules must not check that these files exist.
    - `alert_protocols`: protocols of the SNS subscriptions whose endpoint may be a literal address.
    - `variables`: environment variable of a function -> its classification, in a form of lib/aspects/types/*.toml.
    - `handler`: the handler of a function; its part `{service}` selects the function's entry in `metrics`.
    - `metrics`: service -> name of a metric that its function publishes -> entry, in the form of metrics.toml.
    """

    name_pattern: str
    required_tags: tuple[str, ...]
    resource_types: Mapping[str, str] = field(default_factory=dict)
    backend: Backend = S3
    state_path: str = "{suffix}/{stack}.tfstate"
    provider_version: str = VERSION
    runtimes: tuple[str, ...] = ("python3.11", "python3.12")
    metrics_namespace: str = "Metrics/{suffix}"
    runbook: str = "Runbook: docs/runbooks/{name}.md"
    runbooks: Path | None = None
    alert_protocols: tuple[str, ...] = ("email",)
    variables: Mapping[str, Any] = field(default_factory=dict)
    handler: str = "{service}.handler"
    metrics: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value, rule, fix in _faults(self):
            raise ToolError(f"conventions: {name} is {value!r}, {rule}; {fix}")

    def suffix_of(self, state_path: str) -> str | None:
        """Return the environment suffix in the path of a state; None if the path does not match `state_path`."""
        form = re.escape(self.state_path).replace(re.escape(SUFFIX), "(?P<suffix>[^/]+)")
        found = re.fullmatch(form.replace(re.escape("{stack}"), "[^/]+"), state_path)
        return found["suffix"] if found else None

    def has_suffix(self, name: str, suffix: str) -> bool:
        """Return True if a name contains the suffix where `name_pattern` requires it: first, last or between."""
        before, _, after = self.name_pattern.partition(SUFFIX)
        form = f"{'.*-' if before else ''}{re.escape(suffix)}{'-.*' if after else ''}"
        return re.fullmatch(form, name, re.DOTALL) is not None

    def is_name(self, name: str, word: str, suffix: str | None) -> bool:
        """Return True if a name follows `name_pattern`, with or without the suffix, which `has_suffix` checks."""
        pattern = self.name_pattern
        if suffix is None or not self.has_suffix(name, suffix):
            pattern = re.sub(r"-\{suffix\}|\{suffix\}-", "", pattern)
        return re.fullmatch(_regex(pattern, word, suffix), name) is not None

    def is_family(self, before: str, after: str, suffix: str | None) -> bool:
        """Return True if the wildcard `{before}*{after}` matches only names of this environment, of any purpose."""
        if suffix is None:
            return False
        head, tail = (_regex(side, "", suffix) for side in self.name_pattern.split(PURPOSE))
        return bool(re.search(f"(?:^|[/:]){head}(?:[a-z0-9]+-)*$", before) and re.fullmatch(tail, after))

    def expected_name(self, word: str, suffix: str | None) -> str:
        """Return `name_pattern` with the known parts filled in: `lambda-{purpose}-dev`."""
        return self.name_pattern.replace(RESOURCE_TYPE, word or RESOURCE_TYPE).replace(SUFFIX, suffix or SUFFIX)

    def namespace(self, suffix: str | None) -> str:
        """Return the CloudWatch namespace in which an environment's functions publish their metrics."""
        return self.metrics_namespace.replace(SUFFIX, suffix or SUFFIX)

    def classified(self, type_: str) -> ResourceType | None:
        """Return the classification of a type (see types.classified), with this project's variables and runtimes."""
        return self._own_types.get(type_) if type_ in (FUNCTION, LAYER) else types.classified(type_)

    @cached_property
    def _own_types(self) -> Mapping[str, ResourceType]:
        own = {
            FUNCTION: [types.argument(f"{VARIABLES}.{name}", entry) for name, entry in self.variables.items()],
            LAYER: [Argument("compatible_runtimes", only=tuple(self.runtimes))],
        }
        return {
            name: replace(of_type, arguments={**of_type.arguments, **{each.path: each for each in own[name]}})
            for name in own
            if (of_type := types.classified(name)) is not None
        }


def _regex(pattern: str, word: str, suffix: str | None) -> str:
    """Return a regular expression for a name pattern or a part of it. An empty `word` allows any resource type."""
    form = pattern.replace(RESOURCE_TYPE, re.escape(word) or "[a-z][a-z0-9]*")
    return form.replace(PURPOSE, "[a-z0-9]+(?:-[a-z0-9]+)*").replace(SUFFIX, re.escape(suffix or ""))


def _faults(conventions: Conventions) -> Iterator[tuple[str, Any, str, str]]:
    """Yield (field, value, violated rule, fix) for each wrong value."""
    given: Mapping[str, Any] = vars(conventions)
    for name in ("required_tags", "runtimes", "alert_protocols"):
        if not isinstance(given[name], Sequence) or isinstance(given[name], str) or not all(map(_is_text, given[name])):
            yield name, given[name], "not a tuple of strings", "write it like ('Owner', 'Environment')"
    pattern = given["name_pattern"]
    parts = re.findall(_PART, pattern) if _is_text(pattern) and re.fullmatch(f"{_PART}(-{_PART})*", pattern) else []
    if (parts.count(PURPOSE), parts.count(SUFFIX)) != (1, 1) or parts.count(RESOURCE_TYPE) > 1:
        rule = "not {purpose}, {suffix} and optionally {resource-type}, each once, and lower-case words with hyphens"
        yield "name_pattern", pattern, rule, "write it like acme-{purpose}-{suffix}"
    for name, placeholder, example in (
        ("state_path", SUFFIX, "{suffix}/{stack}.tfstate"),
        ("metrics_namespace", SUFFIX, "Orders/{suffix}"),
        ("runbook", "{name}", "Runbook: https://wiki.example.com/{name}"),
        ("handler", "{service}", "orders.{service}.handler"),
    ):
        if not _is_text(given[name]) or given[name].count(placeholder) != 1:
            yield name, given[name], f"which does not contain {placeholder} exactly once", f"write it like {example}"
    if not isinstance(given["backend"], Backend):
        yield "backend", given["backend"], "not a Backend", "use conventions.S3, conventions.LOCAL or a Backend"
    elif conventions.backend.path not in conventions.backend.literals:
        yield "backend", conventions.backend, "whose path is not one of its literals", "add the path to literals"
    if given["runbooks"] is not None and not Path(given["runbooks"]).is_dir():
        yield "runbooks", str(given["runbooks"]), "not a folder", "name the folder of the runbooks, or None"
    yield from _faults_in_tables(given)


def _faults_in_tables(given: Mapping[str, Any]) -> Iterator[tuple[str, Any, str, str]]:
    for name in ("resource_types", "variables", "metrics"):
        if not isinstance(given[name], Mapping):
            yield name, given[name], "not a mapping", "write it as a dict"
            return
    for name, entry in given["variables"].items():
        if not _is_classification(name, entry):
            yield "variables", {name: entry}, "not a classification", "use a form of lib/aspects/types/__init__.py"
    for service, metrics in given["metrics"].items():
        for name, entry in metrics.items():
            if not isinstance(entry, Mapping) or entry.get("kind") not in TABLES["kinds"] or "dimensions" not in entry:
                kinds = ", ".join(TABLES["kinds"])
                missing = f"without dimensions, or without a kind ({kinds})"
                yield f"metrics of {service}", {name: entry}, missing, "add both"


def _is_classification(name: str, entry: Any) -> bool:
    if isinstance(entry, str):
        return entry == types.FREE or re.fullmatch(r"[A-Z]+-[A-Z]+-[0-9]+", entry) is not None
    try:
        types.argument(name, entry)
    except (AttributeError, TypeError):
        return False
    return True


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
