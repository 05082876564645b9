"""YAML as scenarios use it: nodes that know their lines, and no value that is not what it looks like.

Plain scalars are read by YAML 1.2's core schema, so that ``NO`` stays a country and ``08:00`` a time of day, which
PyYAML's own YAML 1.1 makes into false and 480. There are no timestamps, no merge keys and no tags of one's own.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

import yaml

from sim.errors import Mistake, ScenarioError, closest

_TAG = "tag:yaml.org,2002:"
_PLAIN = (
    ("null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    ("bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")),
    ("int", re.compile(r"^[-+]?[0-9]{1,19}$"), list("-+0123456789")),
    ("float", re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$"), list("-+.0123456789")),
)


class Loader(yaml.SafeLoader):
    """Knows only what YAML 1.2 takes for something else than text."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 (PyYAML's own way to say which scalars are not text)


class _Dumper(yaml.SafeDumper):
    """Quotes text that either version of YAML would take for something else, and repeats rather than points back."""

    yaml_implicit_resolvers = {key: list(found) for key, found in yaml.SafeDumper.yaml_implicit_resolvers.items()}  # noqa: RUF012

    def ignore_aliases(self, data: object) -> bool:
        return True


for _name, _pattern, _first in _PLAIN:
    for _class in (Loader, _Dumper):
        _class.add_implicit_resolver(_TAG + _name, _pattern, _first)

KNOWN_TAGS = {_TAG + name for name in ("null", "bool", "int", "float", "str", "seq", "map")}


def read_document(path: Path) -> yaml.Node:
    """The root node of the one document in a file. Raises ScenarioError, also for what is no YAML file at all."""
    try:
        return _compose(_text(path))
    except _Unreadable as error:
        raise ScenarioError(str(path), [error.mistake]) from error


def write_document(content: object) -> str:
    """Lists, mappings and scalars as YAML that reads back the same, in their order."""
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def line(node: yaml.Node) -> int:
    """The line on which a node begins, from 1."""
    return int(node.start_mark.line) + 1


def keys_of(node: yaml.Node) -> set[str]:
    """The keys of a mapping; none of anything else."""
    return {str(key.value) for key, _ in node.value if _is_text(key)} if isinstance(node, yaml.MappingNode) else set()


def value_of(node: yaml.Node, name: str) -> yaml.Node | None:
    """What a mapping has under a key."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for key, value in pairs if _is_text(key) and key.value == name), None)


def _is_text(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode)


def scalar(node: yaml.ScalarNode) -> str | int | float | bool | None:
    """The value of a scalar. A number too large to be one stays text."""
    match node.tag.removeprefix(_TAG):
        case "null":
            return None
        case "bool":
            return str(node.value).lower() == "true"
        case "int":
            return int(node.value)
        case "float" if math.isfinite(float(node.value)):
            return float(node.value)
    return str(node.value)


class _Unreadable(Exception):
    def __init__(self, message: str, at_line: int | None = None) -> None:
        self.mistake = Mistake(message, at_line)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        near = closest(path.name, [beside.name for beside in path.parent.glob("*.y*ml")])
        guess = f"; did you mean '{path.with_name(near)}'?" if near else ""
        raise _Unreadable(f"there is no such file{guess}") from error
    except IsADirectoryError as error:
        inside = path / "scenario.yaml"
        guess = f"; did you mean '{inside}'?" if inside.is_file() else ""
        raise _Unreadable(f"found a folder, want a scenario file{guess}") from error
    except OSError as error:
        raise _Unreadable(f"can't be read: {error.strerror or error}") from error
    if b"\0" in content:
        raise _Unreadable("found a binary file, want YAML as UTF-8 text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at_line = content.count(b"\n", 0, error.start) + 1
        raise _Unreadable(f"found byte 0x{content[error.start]:02x}, want UTF-8 text", at_line) from error


def _compose(text: str) -> yaml.Node:
    try:
        root = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = ", ".join(part for part in (error.context, error.problem) if part)
        raise _Unreadable(f"not YAML: {why}", mark.line + 1 if mark else None) from error
    except yaml.reader.ReaderError as error:
        at_line = text.count("\n", 0, error.position) + 1
        raise _Unreadable(f"not YAML: the character U+{int(error.character):04X} is not allowed", at_line) from error
    except RecursionError as error:
        raise _Unreadable("not a scenario: nested too deep") from error
    if root is None:
        raise _Unreadable("the file is empty; `sim init DIR` writes a scenario to start from")
    return root
