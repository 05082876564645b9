"""The key of the personal-data tokens in local runs: from the environment, or one made once beside the runs.

The key decides tokens and nothing else: log and ledger don't depend on it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from pipeline import token_key as pipeline_key
from sim.errors import UsageError

_NAME = "token.key"
_MEND = f"set SIM_PII_KEY_FILE to it, or put the {_NAME} of the folder where the run was made beside the run"


def key_for_a_run(runs_folder: Path, echo: Callable[[str], None]) -> bytes:
    """The key that the environment names; otherwise that of ``<runs_folder>/token.key``, made when missing."""
    if pipeline_key.is_configured(os.environ):
        return pipeline_key.read(os.environ)
    path = runs_folder / _NAME
    if not path.exists():
        runs_folder.mkdir(parents=True, exist_ok=True)
        _create(path)
        echo(f"made a key for personal-data tokens: {path} (set SIM_PII_KEY_FILE to use your own)")
    return pipeline_key.read({"SIM_PII_KEY_FILE": str(path)})


def key_of_a_run(runs_folder: Path, wanted_id: str) -> bytes:
    """The key that a run in this folder was made with. Makes none. Raises UsageError if it is not at hand."""
    path = runs_folder / _NAME
    configured = pipeline_key.is_configured(os.environ)
    if not configured and not path.exists():
        raise UsageError(f"{path}: missing, and the tokens of this run were made with a key (id {wanted_id}); {_MEND}")
    key = pipeline_key.read(os.environ if configured else {"SIM_PII_KEY_FILE": str(path)})
    if key_id(key) != wanted_id:
        origin = "the environment" if configured else path
        raise UsageError(
            f"the key in {origin} has the id {key_id(key)}, but this run was made with {wanted_id}; {_MEND}"
        )
    return key


def _create(path: Path) -> None:
    """Whole or not at all, and only once: of two runs that start together, one makes the key."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def key_id(key: bytes) -> str:
    """Eight hex digits that tell keys apart."""
    return hashlib.sha256(b"token key id" + key).hexdigest()[:8]
