"""The keys of the personal-data tokens in local runs: from the environment, or one made once beside the runs.

The keys decide tokens and nothing else: log and ledger don't depend on them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline import token_key as pipeline_key
from pipeline.key_ring import Key, KeyRing
from sim.errors import UsageError
from sim.expected.tokens import TokenKey

_NAME = "token.key"
_MEND = f"set SIM_PII_KEY_FILE to them, or put the {_NAME} of the folder where the run was made beside the run"


def keys_for_a_run(runs_folder: Path, echo: Callable[[str], None]) -> KeyRing:
    """The keys that the environment names; otherwise that of ``<runs_folder>/token.key``, made when missing."""
    if pipeline_key.is_configured(os.environ):
        return pipeline_key.read(os.environ)
    path = runs_folder / _NAME
    if not path.exists():
        runs_folder.mkdir(parents=True, exist_ok=True)
        _create(path)
        echo(f"made a key for personal-data tokens: {path} (set SIM_PII_KEY_FILE to use your own)")
    return pipeline_key.read({"SIM_PII_KEY_FILE": str(path)})


def keys_of_a_run(runs_folder: Path, wanted: Mapping[str, str]) -> tuple[TokenKey, ...]:
    """The keys that a run in this folder was made with: ``fingerprints`` gave ``wanted``. Makes none.

    Keys that came later are left out. Raises UsageError if one is missing, another one, or of another time.
    """
    path = runs_folder / _NAME
    configured = pipeline_key.is_configured(os.environ)
    if not configured and not path.exists():
        raise UsageError(f"{path}: missing, and this run was made with {_ids(wanted)}; {_MEND}")
    ring = pipeline_key.read(os.environ if configured else {"SIM_PII_KEY_FILE": str(path)})
    found = fingerprints(ring)
    origin = "the environment" if configured else path
    if not wanted.keys() <= found.keys():
        raise UsageError(f"{origin} has {_ids(found)}, but this run was made with {_ids(wanted)}; {_MEND}")
    for key_id in (key_id for key_id in wanted if found[key_id] != wanted[key_id]):
        raise UsageError(f"{origin}: '{key_id}' is not the key, or not from the time, this run was made with; {_MEND}")
    return token_keys(ring, wanted)


def token_keys(ring: KeyRing, wanted: Mapping[str, str]) -> tuple[TokenKey, ...]:
    """The keys with these ids, as the expected tables take them."""
    return tuple(TokenKey(key.id, key.secret, key.from_us) for key in ring.keys if key.id in wanted)


def fingerprints(ring: KeyRing) -> dict[str, str]:
    """Eight hex digits for each key, by its id: they tell keys and their times apart, and give nothing away."""
    return {key.id: _fingerprint(key) for key in ring.keys}


def _fingerprint(key: Key) -> str:
    start = b"" if key.from_us is None else b" from %d" % key.from_us
    return hashlib.sha256(b"token key id" + key.secret + start).hexdigest()[:8]


def _ids(keys: Mapping[str, str]) -> str:
    return f"the key{'s' if len(keys) > 1 else ''} with id {', '.join(keys)}"


def _create(path: Path) -> None:
    """Whole or not at all, and only once: of two runs that start together, one makes the key."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
