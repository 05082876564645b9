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


def token_key(runs_folder: Path, echo: Callable[[str], None]) -> bytes:
    """The key that the environment names; otherwise that of ``<runs_folder>/token.key``, made when missing."""
    if pipeline_key.is_configured(os.environ):
        return pipeline_key.read(os.environ)
    path = runs_folder / "token.key"
    if not path.exists():
        runs_folder.mkdir(parents=True, exist_ok=True)
        _create(path)
        echo(f"made a key for personal-data tokens: {path} (set SIM_PII_KEY_FILE to use your own)")
    return pipeline_key.read({"SIM_PII_KEY_FILE": str(path)})


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
