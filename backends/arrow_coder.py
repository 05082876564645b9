"""How Beam carries Arrow record batches between stages: as Arrow IPC, never as a pickle.

A pickled slice ships the whole batch that it was cut from. IPC ships the rows of the slice only.
Importing this module registers the coder.
"""

import apache_beam as beam
import pyarrow as pa

_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")
"""What is shuffled are counts, of which many are zero, and a runner in one process holds it in memory."""


class RecordBatchCoder(beam.coders.Coder):
    """One record batch as one Arrow IPC stream, schema and its metadata included."""

    def encode(self, value: pa.RecordBatch) -> bytes:
        """The batch as bytes."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, value.schema, options=_OPTIONS) as writer:
            writer.write_batch(value)
        return bytes(sink.getvalue())

    def decode(self, encoded: bytes) -> pa.RecordBatch:
        """The batch that ``encode`` was given."""
        return pa.ipc.open_stream(encoded).read_next_batch()

    def estimate_size(self, value: pa.RecordBatch) -> int:
        """Bytes, without encoding: Beam asks for each element that a stage hands on, also within one worker."""
        return int(value.nbytes)

    def is_deterministic(self) -> bool:
        """Equal batches from one process have equal bytes, but equal keys are not promised: not a key coder."""
        return False


beam.coders.registry.register_coder(pa.RecordBatch, RecordBatchCoder)
