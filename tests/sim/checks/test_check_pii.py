"""No personal value outside the restricted folders, in whatever kind of file."""

import base64
import gzip
import json
import shutil
import string
import urllib.parse

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.checks import pii
from sim.checks.personal import personal_values
from sim.checks.search import Search
from sim.checks.verdict import FindingKind, Outcome
from sim.expected.tokens import TokenKey
from sim.truth import Truth

KEYS = (TokenKey("k", b"k"),)


@pytest.fixture
def person(messy):
    row = messy.truth.facts["shipment.created"].slice(0, 1).to_pylist()[0]
    return {kind: row[f"recipient_{kind}"] for kind in ("name", "phone", "email")}


@pytest.fixture
def root(tmp_path, messy):
    shutil.copytree(messy.folder.truth, tmp_path / "truth")
    shutil.copytree(messy.folder.ledger, tmp_path / "ledger")
    for name, rows in messy.expected.tables.items():
        folder = tmp_path / "warehouse" / name.replace(".", "/")
        folder.mkdir(parents=True)
        pq.write_table(rows, folder / "part-0.parquet")
    (tmp_path / "run.json").write_text("{}\n")
    return tmp_path


@pytest.fixture
def check(messy, root, token_keys):
    return lambda: pii.check(Search(personal_values(messy.truth, token_keys)), root)


def test_a_run_without_leaks_passes(check):
    result = check()
    assert (result.outcome, result.findings) == (Outcome.PASS, ())
    assert result.compared > 10
    assert "files searched for" in result.note


def leak(check, person, place, column, kind):
    result = check()
    (finding,) = result.findings
    assert (finding.kind, finding.table, finding.samples[0]["column"]) == (FindingKind.LEAKED, place, column)
    assert finding.samples[0]["token"].startswith(f"tok_{kind}_")
    assert not any(value in str(result) for value in person.values())
    return finding


@pytest.mark.parametrize("kind", ["name", "phone", "email"])
def test_a_value_in_a_column_of_a_parquet_file_is_leaked(check, root, person, kind):
    folder = root / "warehouse/clean/copies"
    folder.mkdir()
    texts = [json.dumps({"a": 1, "b": person[kind]}, ensure_ascii=False), "tok", None]
    pq.write_table(pa.table({"n": [1, 2, 3], "payload": texts}), folder / "part-7.parquet")
    assert leak(check, person, "warehouse/clean/copies", "payload", kind).rows == 1


def test_a_value_in_a_list_of_a_parquet_file_is_leaked(check, root, person):
    pq.write_table(pa.table({"tags": [["x", person["email"]]]}), root / "tags.parquet")
    leak(check, person, "tags.parquet", "tags", "email")


def test_a_value_in_a_compressed_text_file_is_leaked(check, root, person):
    (root / "staging").mkdir()
    with gzip.open(root / "staging/part.jsonl.gz", "wt") as file:
        file.write(json.dumps({"who": person["phone"]}) + "\n")
    leak(check, person, "staging/part.jsonl.gz", "text", "phone")


@pytest.mark.parametrize("name", ["core.bin", "part.jsonl.gz.tmp"])
@pytest.mark.parametrize("before", [b"", b"\x00" * 100])
def test_a_value_packed_inside_of_a_file_is_leaked(check, root, person, name, before):
    (root / name).write_bytes(
        before + gzip.compress(person["phone"].encode() + b"\n" * 9) + b"\x00" * 100 * bool(before)
    )
    leak(check, person, name, "gzip inside" if before else "text", "phone")


@pytest.mark.parametrize("kept_bytes", [None, -20])
@pytest.mark.parametrize("name", ["part.arrow", "part.arrow.tmp"])
def test_a_value_in_staging_is_leaked_also_if_its_file_is_broken_off(check, root, person, name, kept_bytes):
    letters = string.ascii_letters + string.digits
    texts = [f"{letters[number % 7 :]} {person['email']} {letters[: number % 9]}" for number in range(1000)]
    batch = pa.RecordBatch.from_pydict({"row": list(range(1000)), "payload": texts})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_batch(batch)
        writer.write_batch(batch)
    written = sink.getvalue().to_pybytes()[:kept_bytes]
    (root / name).write_bytes(written)
    found = {finding.samples[0]["column"] for finding in check().findings}
    assert "payload" in found


def test_a_value_escaped_as_json_is_leaked(check, root, messy):
    name = "Zoë Kühn-Größe"
    facts = messy.truth.facts["shipment.created"].slice(0, 1)
    at = facts.schema.get_field_index("recipient_name")
    facts = facts.set_column(at, facts.schema.field(at), pa.array([name]))
    (root / "a.log").write_text(json.dumps(name))
    (root / "b.log").write_text(name)
    result = pii.check(Search(personal_values(Truth({"shipment.created": facts}, {}), KEYS)), root)
    assert {finding.table for finding in result.findings} == {"a.log", "b.log"}


def test_a_value_in_a_table_of_a_duckdb_file_is_leaked(check, root, person):
    with duckdb.connect(root / "warehouse/warehouse.duckdb") as connection:
        connection.execute("create schema curated; create table curated.mart (who varchar)")
        connection.execute("insert into curated.mart select ? from range(3)", [person["name"]])
        assert "curated.mart.who" in {finding.samples[0]["column"] for finding in check().findings}
    assert "curated.mart.who" in {finding.samples[0]["column"] for finding in check().findings}


def test_a_value_across_the_border_of_two_chunks_is_leaked(check, root, person, monkeypatch):
    (root / "core.bin").write_bytes(b"\x00" * 1000 + b" " + person["email"].encode() + b" " + b"\x00" * 1000)
    monkeypatch.setattr("sim.checks.searched._CHUNK_BYTES", 1010)
    leak(check, person, "core.bin", "text", "email")


@pytest.mark.parametrize(
    "folder", ["warehouse/log", "logs", "warehouse/.backfill/tmp1/clean", "warehouse/.backfill/raw"]
)
def test_folders_that_are_called_alike_may_not(check, root, person, folder):
    (root / folder).mkdir(parents=True)
    (root / folder / "x.txt").write_text(person["email"])
    leak(check, person, f"{folder}/x.txt", "text", "email")


def test_restricted_folders_may_hold_personal_data(check, root, person):
    for folder in ("truth", "log", "warehouse/raw", "warehouse/.backfill/tmp1/raw"):
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / "x.txt").write_text(person["email"])
    assert check().outcome is Outcome.PASS


@pytest.mark.parametrize("fold", [str.lower, str.upper, str.swapcase])
@pytest.mark.parametrize("kind", ["name", "email"])
def test_upper_and_lower_case_are_one(check, root, person, kind, fold):
    (root / "a.log").write_text(f"who: {fold(person[kind])}.")
    leak(check, person, "a.log", "text", kind)


@pytest.mark.parametrize("fold", [str.lower, str.upper])
@pytest.mark.parametrize("write", [str, json.dumps])
def test_letters_beyond_ascii_have_cases_too(messy, root, fold, write):
    facts = messy.truth.facts["shipment.created"].slice(0, 1)
    at = facts.schema.get_field_index("recipient_name")
    facts = facts.set_column(at, facts.schema.field(at), pa.array(["Zoë Ørsted"]))
    (root / "a.log").write_text(write(fold("Zoë Ørsted")))
    result = pii.check(Search(personal_values(Truth({"shipment.created": facts}, {}), KEYS)), root)
    assert [finding.table for finding in result.findings] == ["a.log"]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "encode", [_base64, lambda text: text.encode().hex(), urllib.parse.quote, urllib.parse.quote_plus]
)
@pytest.mark.parametrize("kind", ["name", "email"])
@pytest.mark.parametrize("before", ["", '{"a":1,"b":"', "xy "])
def test_an_encoded_value_is_leaked(check, root, person, encode, kind, before):
    reason = encode(f"{before}{person[kind]} and more")
    pq.write_table(pa.table({"reason": ["other", reason, None]}), root / "part-0.parquet")
    leak(check, person, ".", "reason", kind)


def test_part_of_a_longer_word_is_no_leak(check, root, person):
    (root / "a.log").write_text(f"x{person['name']} {person['name']}x 1{person['email']}")
    assert check().outcome is Outcome.PASS


def test_short_values_are_not_sought(messy, root, token_keys):
    facts = messy.truth.facts["shipment.created"].slice(0, 1)
    at = facts.schema.get_field_index("recipient_name")
    facts = facts.set_column(at, facts.schema.field(at), pa.array(["Al"]))
    (root / "a.log").write_text("Al")
    result = pii.check(Search(personal_values(Truth({"shipment.created": facts}, {}), token_keys)), root)
    assert result.outcome is Outcome.PASS
    assert "1 too short" in result.note


def test_nothing_to_search_for_is_unknown(root, token_keys):
    result = pii.check(Search(personal_values(Truth({}, {}), token_keys)), root)
    assert (result.outcome, result.note) == (Outcome.UNKNOWN, "no personal value in truth")


def test_nowhere_to_search_is_unknown(messy, tmp_path, token_keys):
    assert pii.check(Search(personal_values(messy.truth, token_keys)), tmp_path / "gone").outcome is Outcome.UNKNOWN
