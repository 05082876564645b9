"""The seal: digests of what a run was given, taken before the pipeline starts, so that nobody can mend them later."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

SEALED_PARTS = ("scenario.yaml", "truth", "ledger")
"""What a check measures by: if one of them has changed, nothing is proven."""
LOG = "log"
"""Sealed too, but what is wrong with it is a finding: a check compares it with the ledger, message by message."""
_DIGESTED = ("log", "ledger", "truth")


class Seal(msgspec.Struct, frozen=True):
    """SHA-256 digests, in hex."""

    digests: dict[str, str]
    """Of ``truth``, ``ledger`` and ``log`` as a whole: over the lines ``<file digest>  <path>`` in order of path."""
    files: dict[str, str]
    """Of each file in ``SEALED_PARTS`` and in the log, by path in the run folder."""
    limit: int | None = None
    """After how many messages the log was ended early, or none."""

    def write(self, path: Path) -> None:
        """Write as JSON."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self)) + b"\n")

    @classmethod
    def read(cls, path: Path) -> Seal:
        """Read what ``write`` wrote. Raises FileNotFoundError, or msgspec.MsgspecError if it is something else."""
        return msgspec.json.decode(path.read_bytes(), type=cls)

    def files_of(self, part: str) -> dict[str, str]:
        """The digest of each file that the seal lists for a part."""
        return {path: digest for path, digest in self.files.items() if path.split("/", 1)[0] == part}

    def gaps(self) -> list[str]:
        """The parts whose files are not all listed, or not as they were when the seal was made."""
        whole = [part for part in _DIGESTED if part_digest(self.files_of(part)) == self.digests.get(part)]
        return [part for part in (*SEALED_PARTS, LOG) if part not in whole and part not in self.files]

    def changes(self, folder: Path, part: str) -> dict[str, str]:
        """What is not as it was sealed in a part of a run folder: by path, in words."""
        sealed, there = self.files_of(part), file_digests(folder, part)
        return {
            path: _WORDED[path in sealed, path in there]
            for path in sorted(sealed.keys() | there.keys())
            if sealed.get(path) != there.get(path)
        }


_WORDED = {(True, True): "is not as it was sealed", (True, False): "is missing", (False, True): "was not sealed"}


def file_digests(folder: Path, part: str) -> dict[str, str]:
    """The digest of each file under a part of the folder (or of the file that it is), by path in the folder."""
    root = folder / part
    paths = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _file_digest(path) for path in paths}


def seal(run_folder: Path) -> Seal:
    """Take the digests of a run folder."""
    by_part = {part: file_digests(run_folder, part) for part in (*SEALED_PARTS, LOG)}
    files = {path: digest for digests in by_part.values() for path, digest in digests.items()}
    return Seal({part: part_digest(by_part[part]) for part in _DIGESTED}, files)


def part_digest(files: dict[str, str]) -> str:
    """One digest over many files, and over their names."""
    lines = "".join(f"{digest}  {path}\n" for path, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
