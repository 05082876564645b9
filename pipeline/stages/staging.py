"""Where batches wait while the pipeline finds out which of their rows are copies: a claim check for Beam.

Events are large and claims are small. So events stay in files, and only claims are shuffled. A file's name is the hash
of its bytes: a bundle that is run again writes nothing new. Personal data never get here: payloads have tokens in their
place, and the hashes by which copies are found are keyed.
"""

from __future__ import annotations

from hashlib import blake2b

import pyarrow as pa
from apache_beam.io.filesystems import FileSystems

from backends.stage_failed import naming

_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


def stage(folder: str, batch: pa.RecordBatch) -> bytes:
    """Write a batch; gives the 16 bytes by which ``fetch`` finds it."""
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, batch.schema, options=_OPTIONS) as writer:
        writer.write_batch(batch)
    content = out.getvalue()
    name = blake2b(content, digest_size=16).digest()
    path = _path(folder, name)
    if not FileSystems.exists(path):
        with naming(folder):
            _write(folder, path, content)
    return name


def _write(folder: str, path: str, content: pa.Buffer) -> None:
    _make_folder(folder)
    with FileSystems.create(path + ".tmp") as file:
        file.write(content)
    FileSystems.rename([path + ".tmp"], [path])


def fetch(folder: str, name: bytes) -> pa.RecordBatch:
    """The batch that was staged under a name."""
    with FileSystems.open(_path(folder, name)) as file:
        return pa.ipc.open_stream(file.read()).read_next_batch()


def _path(folder: str, name: bytes) -> str:
    return str(FileSystems.join(folder, f"{name.hex()}.arrow"))


def _make_folder(folder: str) -> None:
    if not FileSystems.exists(folder):
        FileSystems.mkdirs(folder)
