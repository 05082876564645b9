"""What is refused before any work begins: a command that can't be carried out as it was given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backends.interface import Warehouse

_WHOLE = ("run", "replay")
"""The commands after which nothing is left of what earlier ones wrote."""


class UsageError(Exception):
    """The command can't be carried out as it was given."""


def check_keys(warehouse: Warehouse, ids: Sequence[str]) -> None:
    """Raises UsageError if tokens in a warehouse may name a key that is not among those given."""
    missing = [one for one in _key_ids(warehouse) if one not in ids]
    if missing:
        raise UsageError(
            f"the warehouse has tokens of key {', '.join(missing)}, and the keys given are {', '.join(ids)}: one "
            "person would have two tokens; give all keys in SIM_PII_KEY_FILE, or --new-keys to have it so"
        )


def _key_ids(warehouse: Warehouse) -> list[str]:
    """The ids of all keys that tokens in a warehouse may be of, as far as its runs tell."""
    runs = warehouse.query("SELECT command, key_ids FROM ops.runs ORDER BY finished_at DESC").read_all().to_pylist()
    ids: dict[str, None] = {}
    for run in runs:
        ids |= dict.fromkeys(run["key_ids"].split())
        if run["command"] in _WHOLE:
            break
    return sorted(ids)


def check_folder(argument: str, folder: Path) -> None:
    """Raises UsageError if a folder is not there."""
    if not folder.is_dir():
        raise UsageError(f"{argument}: {folder}: no such folder")


def check_apart(warehouse: Path, argument: str, source: Path) -> None:
    """Raises UsageError if a warehouse is in the folder that is read, or that folder in the warehouse."""
    inside, around = warehouse.resolve(), source.resolve()
    if inside == around or around in inside.parents or inside in around.parents:
        raise UsageError(
            f"--warehouse: {warehouse} and {argument} {source} lie one in the other: what is read must be apart "
            "from what is written; name another folder"
        )
