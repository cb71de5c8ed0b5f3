"""Reads the project's conventions from _conventions.toml. Not a policy.

An invalid file raises ValueError. Then Checkov loads no policy, and the gate exits with 2.
"""

import re
import tomllib
from pathlib import Path

FILE = Path(__file__).with_name("_conventions.toml")
PLACEHOLDER = re.compile(r"\{[a-z-]*\}")
# Placeholder in `name` -> default pattern of its values.
ANY = {"{resource-type}": "[a-z][a-z0-9]*", "{purpose}": "[a-z0-9]+(?:-[a-z0-9]+)*"}
# Key -> required placeholders, each exactly once; None if the value must be a list of strings.
FORMS = {
    "alert_protocols": None,
    "metrics_namespace": ["{suffix}"],
    "name": ["{purpose}", "{suffix}"],
    "provider_version": [],
    "runbook.link": ["{name}"],
    "runtimes": None,
    "sending_variables": None,
    "state.backend": [],
    "state.flags": None,
    "state.form": ["{suffix}"],
    "state.literals": None,
    "state.path": [],
    "tags": None,
}
MAY_HAVE = {"name": "{resource-type}", "state.form": "{stack}"}
# Optional table -> the required form of each of its entries.
TABLES = {"metrics": "a table of texts", "resource_types": "a text", "variables": "a list of texts"}
SECTIONS = ("runbook", "state")


def read(file):
    """Return the values of a file. Raise ValueError for an unknown or missing key, or for a value of the wrong form."""
    try:
        found = {**{key: {} for key in TABLES}, **tomllib.loads(file.read_text())}
    except (OSError, ValueError) as error:
        raise ValueError(f"{file}: cannot be read ({error}); copy it from the project, and adapt it") from error
    flat = {}
    for key, value in found.items():
        is_section = key in SECTIONS and isinstance(value, dict)
        flat |= {f"{key}.{inner}": each for inner, each in value.items()} if is_section else {key: value}
    for key in sorted(flat.keys() - FORMS.keys() - TABLES.keys() - {"runbook.folder"}):
        raise ValueError(f"{file}: {key} is not a key of this file; remove it, or correct it")
    for key, placeholders in FORMS.items():
        if not is_right(flat.get(key), placeholders, MAY_HAVE.get(key)):
            form = (
                "a list of texts" if placeholders is None else " ".join(["a text with", *(placeholders or ["no {}"])])
            )
            raise ValueError(f"{file}: {key} is {flat.get(key)!r}, and has to be {form}; correct it")
    for key, form in TABLES.items():
        for name, each in found[key].items() if isinstance(found[key], dict) else [("*", None)]:
            if not is_form(each, form):
                raise ValueError(f"{file}: {key}.{name} is {each!r}, and has to be {form}; correct it")
    if not re.fullmatch(r"([a-z0-9]+|\{[a-z-]+\})(-([a-z0-9]+|\{[a-z-]+\}))*", found["name"]):
        raise ValueError(f"{file}: name is {found['name']!r}; write words and placeholders joined by hyphens")
    if found["state"]["path"] not in found["state"]["literals"]:
        raise ValueError(f"{file}: state.path is {found['state']['path']!r}; name one of state.literals")
    return found


def is_right(value, placeholders, may_have):
    """Return True if a value is a list of strings, or a string that contains each placeholder once."""
    if placeholders is None:
        return is_form(value, "a list of texts")
    there = PLACEHOLDER.findall(value) if is_form(value, "a text") else [""]
    return sorted(name for name in there if name != may_have) == placeholders and there.count(may_have) <= 1


def is_form(value, form):
    if form == "a table of texts":
        return isinstance(value, dict) and all(is_form(each, "a text") for each in value.values())
    if form == "a list of texts":
        return isinstance(value, list) and all(is_form(each, "a text") for each in value)
    return isinstance(value, str) and bool(value.strip())


CONVENTIONS = read(FILE)
NAME, TAGS, STATE = CONVENTIONS["name"], CONVENTIONS["tags"], CONVENTIONS["state"]


def namespace(suffix):
    """Return the CloudWatch namespace in which an environment's functions publish their metrics."""
    return CONVENTIONS["metrics_namespace"].replace("{suffix}", suffix or "{suffix}")


def suffix_of(path):
    """Return the environment suffix in the path of a state; empty if the path has another form."""
    parts = {"{suffix}": "([a-z0-9]+(?:-[a-z0-9]+)*)", "{stack}": "[^/]+"}
    found = re.fullmatch(filled(STATE["form"], parts), path)
    return found[1] if found else ""


def filled(form, parts):
    """Return a regular expression: `form` with each placeholder replaced by its part (placeholder -> pattern)."""
    words = PLACEHOLDER.split(form)
    there = [*(parts[name] for name in PLACEHOLDER.findall(form)), ""]
    return "".join(re.escape(word) + part for word, part in zip(words, there, strict=True))


def has_suffix(name, suffix):
    """Return True if the suffix is at the position that the pattern of names requires."""
    before, after = NAME.split("{suffix}")
    return bool(suffix) and bool(
        (before and after and f"-{suffix}-" in name)
        or (not after and name.endswith(f"-{suffix}"))
        or (not before and name.startswith(f"{suffix}-"))
    )


def is_name(name, word, suffix):
    """Return True if a name follows the pattern, with or without the suffix, which `has_suffix` checks."""
    pattern = NAME if has_suffix(name, suffix) else NAME.replace("-{suffix}", "").replace("{suffix}-", "")
    parts = {**ANY, "{suffix}": re.escape(suffix)}
    if word:
        parts["{resource-type}"] = re.escape(word)
    return bool(re.fullmatch(filled(pattern, parts), name))


def is_family(text, suffix):
    """Return True if a text ends in a name of this environment in which `*` replaces the purpose, or its last words."""
    parts = {**ANY, "{purpose}": r"(?:[a-z0-9]+-)*\*", "{suffix}": re.escape(suffix)}
    return bool(suffix) and bool(re.fullmatch(r"(?:[A-Za-z0-9/_-]*/)?" + filled(NAME, parts), text))


def expected_name(word, suffix):
    """Return the pattern of names with the known parts filled in: `lambda-{purpose}-dev`."""
    name = NAME.replace("{suffix}", suffix or "{suffix}")
    return name.replace("{resource-type}", word) if word else name
