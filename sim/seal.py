"""The seal: digests of what a run was given, taken before the pipeline starts, so that nobody can mend them later."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

SEALED_PARTS = ("scenario.yaml", "truth", "ledger")
"""What a check measures by. The log is not here: a check compares it with the ledger row by row."""


class Seal(msgspec.Struct, frozen=True):
    """SHA-256 digests, in hex."""

    digests: dict[str, str]
    """Of ``truth``, ``ledger`` and ``log`` as a whole: over the lines ``<file digest>  <path>`` in order of path."""
    files: dict[str, str]
    """Of each sealed file, by path in the run folder."""

    def write(self, path: Path) -> None:
        """Write as JSON."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self)) + b"\n")

    @classmethod
    def read(cls, path: Path) -> Seal:
        """Read what ``write`` wrote."""
        return msgspec.json.decode(path.read_bytes(), type=cls)


def file_digests(folder: Path, part: str) -> dict[str, str]:
    """The digest of each file under a part of the folder (or of the file that it is), by path in the folder."""
    root = folder / part
    paths = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _file_digest(path) for path in paths}


def seal(run_folder: Path) -> Seal:
    """Take the digests of a run folder."""
    files = {}
    for part in SEALED_PARTS:
        files.update(file_digests(run_folder, part))
    return Seal({part: part_digest(file_digests(run_folder, part)) for part in ("log", "ledger", "truth")}, files)


def part_digest(files: dict[str, str]) -> str:
    """One digest over many files, and over their names."""
    lines = "".join(f"{digest}  {path}\n" for path, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
