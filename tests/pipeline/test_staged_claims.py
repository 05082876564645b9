"""Claims in staging: each in the files of its shard, however they were cut into batches."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pipeline_messages import KEY, event, messages, scan

from pipeline.stages import staged_claims as module
from pipeline.stages.copies import claims_of
from pipeline.stages.decode import decode
from pipeline.stages.first_of_key import words
from pipeline.stages.staged_claims import StagedClaims, staged_claims

SHARDS = 3


def claims(rows: int) -> pa.RecordBatch:
    values = [event(scan(), f"e{number}") for number in range(rows)]
    return claims_of(decode(messages(values), 10**9, KEY)["valid"], bytes(16))


def files(folder: Path, batches: list[pa.RecordBatch]) -> dict[int, list[bytes]]:
    gathering = StagedClaims(str(folder), "id_hash", SHARDS)
    named = [pair for batch in batches for pair in gathering.add(batch)] + list(gathering.rest())
    found = defaultdict(list)
    for shard, name in named:
        found[shard].append(name)
    return found


@pytest.mark.parametrize("rows_at_a_time", [1, 7, 50])
def test_every_claim_is_in_a_file_of_its_shard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_at_a_time: int
) -> None:
    monkeypatch.setattr(module, "_ROWS", 20)
    whole = claims(50)
    batches = [whole.slice(start, rows_at_a_time) for start in range(0, 50, rows_at_a_time)]
    read = {shard: staged_claims(str(tmp_path), names) for shard, names in files(tmp_path, batches).items()}
    for shard, rows in read.items():
        assert set(words(rows.column("id_hash"))[:, 0] % np.uint64(SHARDS)) == {shard}
    everything = pa.Table.from_batches(read.values()).sort_by("row")
    assert everything.to_pylist() == whole.to_pylist()


def test_few_claims_wait_until_they_are_asked_for(tmp_path: Path) -> None:
    gathering = StagedClaims(str(tmp_path), "id_hash", SHARDS)
    assert list(gathering.add(claims(5))) == []
    assert len(list(gathering.rest())) in range(1, SHARDS + 1)
    assert list(gathering.rest()) == []


def test_no_claims_are_no_file(tmp_path: Path) -> None:
    assert files(tmp_path, []) == {}
    assert files(tmp_path, [claims(3).slice(0, 0)]) == {}
    assert staged_claims(str(tmp_path), []).num_rows == 0


def test_the_same_claims_have_the_same_files(tmp_path: Path) -> None:
    assert files(tmp_path, [claims(9)]) == files(tmp_path, [claims(9)])
