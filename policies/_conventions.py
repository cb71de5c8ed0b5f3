"""The project's own values, read from _conventions.toml. This file is not a policy.

An invalid file raises ValueError: then no policy loads, and the gate exits with 2.
"""

import re
import tomllib
from pathlib import Path

FILE = Path(__file__).with_name("_conventions.toml")
PLACEHOLDER = re.compile(r"\{[a-z-]*\}")
# Default pattern of a placeholder in `name`.
ANY = {"{resource-type}": "[a-z][a-z0-9]*", "{purpose}": "[a-z0-9]+(?:-[a-z0-9]+)*"}
# Key -> placeholders, each of which is there once; None for a list of texts.
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
# Tables that may be left out -> what each of their entries has to be.
TABLES = {"metrics": "a table of texts", "resource_types": "a text", "variables": "a list of texts"}
SECTIONS = ("runbook", "state")


def read(file):
    """The values; ValueError for a key that is unknown or missing, and for a value of another form."""
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
    """Whether a value is a list of texts, or a text that has each placeholder once."""
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
    """Where the functions of an environment count."""
    return CONVENTIONS["metrics_namespace"].replace("{suffix}", suffix or "{suffix}")


def suffix_of(path):
    """The suffix that the path of a state tells; empty where it is of another form."""
    parts = {"{suffix}": "([a-z0-9]+(?:-[a-z0-9]+)*)", "{stack}": "[^/]+"}
    found = re.fullmatch(filled(STATE["form"], parts), path)
    return found[1] if found else ""


def filled(form, parts):
    """A regular expression: a form of words and placeholders, with these parts in the places of the placeholders."""
    words = PLACEHOLDER.split(form)
    there = [*(parts[name] for name in PLACEHOLDER.findall(form)), ""]
    return "".join(re.escape(word) + part for word, part in zip(words, there, strict=True))


def has_suffix(name, suffix):
    """Whether the suffix is at the position that the pattern of names requires."""
    before, after = NAME.split("{suffix}")
    return bool(suffix) and bool(
        (before and after and f"-{suffix}-" in name)
        or (not after and name.endswith(f"-{suffix}"))
        or (not before and name.startswith(f"{suffix}-"))
    )


def is_name(name, word, suffix):
    """Whether a name follows the pattern; one without suffix need follow the rest, as `has_suffix` is asked besides."""
    pattern = NAME if has_suffix(name, suffix) else NAME.replace("-{suffix}", "").replace("{suffix}-", "")
    parts = {**ANY, "{suffix}": re.escape(suffix)}
    if word:
        parts["{resource-type}"] = re.escape(word)
    return bool(re.fullmatch(filled(pattern, parts), name))


def is_family(text, suffix):
    """Whether a text ends in names of this environment, with a `*` for their purpose or the rest of it."""
    parts = {**ANY, "{purpose}": r"(?:[a-z0-9]+-)*\*", "{suffix}": re.escape(suffix)}
    return bool(suffix) and bool(re.fullmatch(r"(?:[A-Za-z0-9/_-]*/)?" + filled(NAME, parts), text))


def expected_name(word, suffix):
    """`lambda-{purpose}-dev`."""
    name = NAME.replace("{suffix}", suffix or "{suffix}")
    return name.replace("{resource-type}", word) if word else name
