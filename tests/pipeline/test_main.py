"""The command: runs over a log that is there, and does not start without a key."""

import shutil
from pathlib import Path

import pytest
from pipeline_messages import appended, created, event, scan, status

from backends.local.event_log import LocalEventLog
from backends.local.warehouse import LocalWarehouse
from pipeline.__main__ import main
from pipeline.contract.tables import TABLES
from pipeline.key_ring import KeyRing


@pytest.mark.usefixtures("_key")
def test_run_and_marts(arguments: list[str], tmp_path: Path) -> None:
    assert main(arguments) == 0
    assert main(arguments) == 0, "the same again changes nothing"
    assert main(["marts", f"--warehouse={tmp_path / 'warehouse'}"]) == 0
    warehouse = LocalWarehouse(tmp_path / "warehouse", list(TABLES.values()))
    assert warehouse.query("SELECT scans FROM curated.kpi_5min").read_all()["scans"].to_pylist() == [1]


@pytest.mark.usefixtures("_key")
def test_what_a_command_came_to_is_told(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    marts = f"python -m pipeline marts --warehouse {tmp_path / 'warehouse'}"
    for told in ("committed ", "already there: nothing changed (commit "):
        assert main(arguments) == 0
        first, second = capsys.readouterr().out.splitlines()
        assert first.startswith(told)
        assert second == f"next: {marts}"
    assert main(marts.split()[3:]) == 0
    assert capsys.readouterr().out.startswith("built 5 marts: ")
    assert main(arguments) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    with LocalEventLog(tmp_path / "log", 2) as log:
        log.append(appended([event(scan(), "e2")]))
    assert main(arguments) == 1
    assert "--replace" in capsys.readouterr().err


@pytest.mark.usefixtures("_key")
def test_another_run_may_replace_the_one_that_is_there(arguments: list[str], tmp_path: Path) -> None:
    assert main(arguments) == 0
    with LocalEventLog(tmp_path / "log", 2) as log:
        log.append(appended([event(scan(), "e2")]))
    assert main(arguments) == 1
    for _ in range(2):
        assert main([*arguments, "--replace"]) == 0
    warehouse = LocalWarehouse(tmp_path / "warehouse", list(TABLES.values()))
    assert warehouse.query("SELECT scans FROM curated.kpi_5min").read_all()["scans"].to_pylist() == [2]
    runs = warehouse.query("SELECT command, messages, settings, key_ids FROM ops.runs ORDER BY messages").read_all()
    assert runs["messages"].to_pylist() == [1, 2]
    assert runs["command"].to_pylist() == ["run", "run"]
    assert len(set(runs["key_ids"].to_pylist())) == 1
    assert '"dedupe_ttl": 604800' in runs["settings"][0].as_py()


@pytest.mark.usefixtures("_key")
def test_replay_gives_the_same_tables(arguments: list[str], tmp_path: Path) -> None:
    assert main(arguments) == 0
    again = [f"--warehouse={tmp_path / 'again'}", *arguments[3:]]
    for _ in range(2):
        assert main(["replay", str(tmp_path / "warehouse" / "raw" / "messages"), *again]) == 0
    first, second = (LocalWarehouse(tmp_path / name, list(TABLES.values())) for name in ("warehouse", "again"))
    for table in ("raw.messages", "clean.events"):
        sql = f"SELECT * FROM {table}"
        assert second.query(sql).read_all().to_pylist() == first.query(sql).read_all().to_pylist()
    assert second.query("SELECT command FROM ops.runs").read_all()["command"].to_pylist() == ["replay"]


@pytest.mark.usefixtures("_key")
def test_marts_of_some_days_and_names(arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    folder = f"--warehouse={tmp_path / 'warehouse'}"
    command = ["marts", folder, "--from=2026-03-02", "--to=2026-03-02", "--mart=mart_exceptions"]
    for _ in range(2):
        assert main(command) == 0
    warehouse = LocalWarehouse(tmp_path / "warehouse", list(TABLES.values()))
    runs = warehouse.query("SELECT settings FROM ops.runs WHERE command = 'marts'").read_all()["settings"].to_pylist()
    assert runs == ['{"first_day": "2026-03-02", "last_day": "2026-03-02", "mart": ["mart_exceptions"]}']
    assert main(["marts", folder, "--from=2026-03-03", "--to=2026-03-02"]) == 2
    assert "--to: 2026-03-02 is before --from 2026-03-03" in capsys.readouterr().err


@pytest.mark.usefixtures("_key")
def test_reconcile_tells_what_it_found(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 0
    folder = f"--warehouse={tmp_path / 'warehouse'}"
    assert main(["marts", folder]) == 0
    capsys.readouterr()
    assert main(["reconcile", folder]) == 0
    assert "every day of every mart says what the clean tables say" in capsys.readouterr().out
    with LocalEventLog(tmp_path / "log", 2) as log:
        log.append(appended([event(status(status="exception"), "e2")]))
    assert main([*arguments, "--replace"]) == 0
    capsys.readouterr()
    assert main(["reconcile", folder]) == 0
    heading, row = capsys.readouterr().out.splitlines()
    assert heading.split()[0] == "table_name"
    assert row.split() == ["curated.mart_exceptions", "2026-03-02", "0", "1", "1", "0", "rebuilt"]


@pytest.mark.usefixtures("_key")
def test_marts_stay_where_a_file_of_a_copied_warehouse_is_missing(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with LocalEventLog(tmp_path / "log", 2) as log:
        log.append(appended([event(status(status="exception"), "e2")], event_type="shipment.status.changed"))
    assert main(arguments) == 0
    assert main(["marts", f"--warehouse={tmp_path / 'warehouse'}"]) == 0
    shutil.copytree(tmp_path / "warehouse", tmp_path / "copy")
    for file in (tmp_path / "copy" / "clean" / "events").rglob("*.parquet"):
        file.unlink()
    sql = "SELECT * FROM curated.mart_exceptions"
    before = LocalWarehouse(tmp_path / "copy", list(TABLES.values())).query(sql).read_all().to_pylist()
    assert before
    for command in ("marts", "reconcile"):
        assert main([command, f"--warehouse={tmp_path / 'copy'}"]) == 1
        assert "put the file back" in capsys.readouterr().err
        assert LocalWarehouse(tmp_path / "copy", list(TABLES.values())).query(sql).read_all().to_pylist() == before


@pytest.mark.slow
@pytest.mark.usefixtures("_key")
def test_backfill_takes_in_what_is_new_and_reconciles(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 0
    assert main(["marts", f"--warehouse={tmp_path / 'warehouse'}"]) == 0
    with LocalEventLog(tmp_path / "log", 2) as log:
        log.append(appended([event(status(status="exception"), "e2")], event_type="shipment.status.changed"))
    command = ["backfill", *arguments[1:], "--from=2026-03-02", "--to=2026-03-02"]
    capsys.readouterr()
    assert main([*command, "--type=facility.scan"]) == 0
    assert "every row in scope is as the pipeline makes it now" in capsys.readouterr().out
    assert main([*command, "--type=shipment.status.changed"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[:2] == ["curated.mart_exceptions", "2026-03-02"]
    warehouse = LocalWarehouse(tmp_path / "warehouse", list(TABLES.values()))
    assert warehouse.query("SELECT COUNT(*) AS n FROM raw.messages").read_all()["n"].to_pylist() == [2]
    assert not (tmp_path / "warehouse" / ".backfill").exists()
    with pytest.raises(SystemExit):
        main(["backfill", *arguments[1:]])
    assert "--from, --to" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.usefixtures("_key")
def test_a_backfill_needs_the_keys_of_the_warehouse(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with LocalEventLog(tmp_path / "log", 2) as log:
        log.append(appended([event(created(), "c1")]))
    assert main(arguments) == 0
    command = ["backfill", *arguments[2:], "--from=2026-03-02", "--to=2026-03-02"]
    old, new = (KeyRing.of(bytes.fromhex(one * 32)).ids[0] for one in ("ab", "cd"))
    monkeypatch.setenv("SIM_PII_KEY", "cd" * 32)
    capsys.readouterr()
    assert main(command) == 2
    assert f"has tokens of key {old}, and the keys given are {new}" in capsys.readouterr().err
    assert main([*command, "--new-keys"]) == 0
    assert main([*arguments, "--replace"]) == 0
    assert main(command) == 0, "of the old key nothing is left"


@pytest.mark.usefixtures("_key")
@pytest.mark.parametrize(("source", "warehouse"), [("log", "log"), ("log", "log/w"), ("log", "."), ("w", "w/again")])
def test_what_is_read_lies_apart_from_what_is_written(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str, warehouse: str
) -> None:
    read = ["run", f"--log={tmp_path / source}"] if source == "log" else ["replay", str(tmp_path / source)]
    (tmp_path / "w/event_type=unknown/ingest_date=2026-03-02").mkdir(parents=True)
    (tmp_path / "w/event_type=unknown/ingest_date=2026-03-02/part-1.jsonl.gz").touch()
    before = sorted(tmp_path.rglob("*"))
    assert main([*read, arguments[3], f"--warehouse={tmp_path / warehouse}"]) == 2
    assert "lie one in the other" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.slow
@pytest.mark.usefixtures("_key")
def test_days_on_which_there_is_nothing_are_told(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 0
    folder = f"--warehouse={tmp_path / 'warehouse'}"
    assert main(["marts", folder]) == 0
    capsys.readouterr()
    days = ["--from=2025-03-02", "--to=2025-03-05"]
    assert main(["backfill", *arguments[2:], *days]) == 0
    assert "no messages on these days; the archive has 2026-03-02 to 2026-03-02" in capsys.readouterr().out
    for command in ("marts", "reconcile"):
        assert main([command, folder, *days]) == 0
        assert "no events on these days; clean.events has 2026-03-02 to 2026-03-02" in capsys.readouterr().out
    assert main(["marts", folder, "--from=2026-03-02"]) == 0
    assert "no events" not in capsys.readouterr().out


@pytest.mark.usefixtures("_key")
def test_a_mart_has_its_name_with_and_without_its_schema(arguments: list[str], tmp_path: Path) -> None:
    assert main(arguments) == 0
    folder = f"--warehouse={tmp_path / 'warehouse'}"
    for name in ("mart_exceptions", "curated.mart_exceptions", "ops.health", "health"):
        assert main(["marts", folder, f"--mart={name}"]) == 0
    runs = LocalWarehouse(tmp_path / "warehouse", list(TABLES.values())).query("SELECT settings FROM ops.runs")
    assert len(set(runs.read_all()["settings"].to_pylist())) == 3, "the run, and each mart once"
