"""Persons that are in no other data, planted in messages of every kind: nothing but restricted folders may name them.

Whatever a run leaves is searched: tables, staging of a run that was killed, logs, what it said and why it failed.
"""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backends.fail_points import CRASH_STATUS
from backends.interface import APPENDED
from backends.local.event_log import LocalEventLog
from pipeline.contract import avro
from pipeline.contract.events import DriverStatusChanged, Envelope, ShipmentCreated
from pipeline.contract.tables import DIMENSIONS
from sim.checks import pii
from sim.checks.personal import PersonalValue
from sim.checks.search import Search
from sim.checks.verdict import Outcome

pytestmark = pytest.mark.slow

RESTRICTED = ("log", "warehouse/raw")
START = datetime(2026, 3, 2, 4, tzinfo=UTC)
KEY = "0123456789abcdef0123456789abcdef"


@dataclasses.dataclass(frozen=True)
class Person:
    """A canary: a name with letters beyond ASCII, a phone number and an e-mail address that nobody else has."""

    number: int

    @property
    def values(self) -> dict[str, str]:
        """The values by kind."""
        return {
            "name": f"Ødegård Canary {self.number:03}z",
            "phone": f"+49 999 7{self.number:03}42",
            "email": f"canary.{self.number:03}@nest.example",
        }


PEOPLE = [Person(number) for number in range(40)]
SEARCH = Search({text: PersonalValue(kind, f"tok_{kind}") for person in PEOPLE for kind, text in person.values.items()})


def created(person: Person, event_id: str, at: datetime = START) -> bytes:
    recipient = {f"recipient_{kind}": text for kind, text in person.values.items()}
    payload = ShipmentCreated("S1", "A", "B", "standard", START, 1.5, **recipient)
    return message("shipment.created", payload, event_id, at)


def on_shift(person: Person, event_id: str) -> bytes:
    payload = DriverStatusChanged("D1", "on_shift", "A", *person.values.values())
    return message("driver.status.changed", payload, event_id, START)


def message(event_type: str, payload: msgspec.Struct, event_id: str, at: datetime) -> bytes:
    body = msgspec.Raw(msgspec.json.encode(payload))
    times = {"event_time": at, "producer_time": at}
    return msgspec.json.encode(
        Envelope(event_id, event_type, 1, source="orders", tenant_id="acme", payload=body, **times)
    )


def changed(value: bytes, **payload: object) -> bytes:
    fields = json.loads(value)
    fields["payload"] |= payload
    return json.dumps(fields).encode()


def planted() -> list[bytes]:
    """Sound messages, and one for each way in which a message can be wrong, all with canaries in them."""
    people = iter(PEOPLE)

    def sound(event_id: str, at: datetime = START) -> bytes:
        return created(next(people), event_id, at)

    name = next(people).values["name"]
    return [
        *(sound(f"e{number}") for number in range(3)),
        on_shift(next(people), "d1"),
        sound("late", START - timedelta(hours=20)),
        sound("too late", START - timedelta(days=20)),
        sound("future", START + timedelta(days=2)),
        sound("e0"),  # conflicts with another one's
        sound("j1")[:-9],
        sound("j2").replace(b"1.5", b"NaN"),
        sound("j3").replace(b"Canary", b"Can\xff"),
        sound("j4").replace(b"Canary", b"Can\\udc00"),
        sound("j5").replace(b'"shipment_id"', b'"recipient_name":"x","shipment_id"'),
        changed(sound("w1"), weight_kg=name),
        changed(sound("w2"), service_level=name),
        changed(sound("w3"), promised_time=name),
        changed(sound("w4"), recipient_name=[name]),
        changed(sound("w5"), recipient_phone=None, shipment_id=None),
        changed(sound("w6"), note=name, more={name: name}),
        changed(sound("w7"), recipient_email={"deep": [[name]] * 40}),
        json.dumps(json.loads(sound("w8")) | {"event_time": name}).encode(),
        json.dumps(json.loads(sound("w9")) | {"event_type": name}).encode(),
        json.dumps(json.loads(sound("wa")) | {"event_version": name}).encode(),
        sound("big").replace(b"Canary", b"Canary " + b"x" * 2_000_000),
        avro.MARKER + bytes(8) + name.encode(),
        name.encode(),
        json.dumps(name).encode(),
    ]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    bodies = planted()
    types = ["driver.status.changed" if b"driver.status" in body else "shipment.created" for body in bodies]
    arrivals = [START + timedelta(minutes=1, seconds=number) for number in range(len(bodies))]
    with LocalEventLog(tmp_path / "log", 2) as log:
        log.append(
            pa.RecordBatch.from_arrays(
                [
                    pa.array([str(number) for number in range(len(bodies))]),
                    pa.array([[("event_type", name), ("tenant_id", "acme")] for name in types], APPENDED.field(1).type),
                    pa.array(bodies, pa.binary()),
                    pa.array(arrivals, APPENDED.field("ingest_time").type),
                ],
                schema=APPENDED,
            )
        )
    (tmp_path / "reference").mkdir()
    for spec in DIMENSIONS:
        pq.write_table(spec.schema.empty_table(), tmp_path / "reference" / f"{spec.name.partition('.')[2]}.parquet")
    return tmp_path


Say = Callable[..., int]
FOLDERS = {
    "run": ("log", "warehouse", "reference"),
    "backfill": ("warehouse", "reference"),
    "marts": ("warehouse",),
    "reconcile": ("warehouse",),
}
DAYS = ("--from=2026-03-02", "--to=2026-03-02")


@pytest.fixture
def say(root: Path) -> Say:
    """Runs a command and keeps what it says beside what it leaves; gives the exit status."""

    def said(*words: str, fail_point: str = "", log_format: str = "json", code: str = "") -> int:
        number = len(list(root.glob("*.stderr")))
        environment = {**os.environ, "SIM_PII_KEY": KEY, **({"SIM_FAIL_POINT": fail_point} if fail_point else {})}
        given = [f"--{name}={root / name}" for name in FOLDERS[words[0]]]
        given += [f"--log-format={log_format}"] if "reference" in FOLDERS[words[0]] else []
        command = [sys.executable, *(["-c", code] if code else ["-m", "pipeline"]), *words, *given]
        done = subprocess.run(command, check=False, capture_output=True, env=environment, cwd=root)
        (root / f"{number}.stdout").write_bytes(done.stdout)
        (root / f"{number}.stderr").write_bytes(done.stderr)
        return done.returncode

    return said


def assert_nobody_is_named(root: Path) -> None:
    result = pii.check(SEARCH, root, RESTRICTED)
    assert (result.outcome, result.findings) == (Outcome.PASS, ())


def named_in(root: Path) -> set[str]:
    """The top folders of what names somebody, when nothing is restricted."""
    return {finding.table.partition("/")[0] for finding in pii.check(SEARCH, root, ()).findings}


def test_a_finished_run_names_nobody(root: Path, say: Say) -> None:
    assert [say("run"), say("marts"), say("backfill", *DAYS), say("reconcile")] == [0] * 4
    assert named_in(root) == {"log", "warehouse"}, "the search finds them where they may be"
    assert_nobody_is_named(root)
    told = [json.loads(line) for line in (root / "0.stderr").read_text().splitlines()]
    assert len([line for line in told if line["message"].startswith("refused: ")]) > 15


def test_only_the_owner_may_enter_a_folder_with_names(root: Path, say: Say) -> None:
    assert say("run") == 0
    assert (root / "warehouse" / "raw").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize(
    ("fail_point", "status"),
    [
        ("file.before_write:crash@3", CRASH_STATUS),
        ("commit.before_views:crash", CRASH_STATUS),
        ("commit.before:error", 1),
    ],
)
def test_a_run_that_is_killed_names_nobody(root: Path, say: Say, fail_point: str, status: int, log_format: str) -> None:
    assert say("run", fail_point=fail_point, log_format=log_format) == status
    if status == CRASH_STATUS:
        assert list((root / "warehouse" / ".staging").rglob("*.arrow"))
    assert_nobody_is_named(root)


CRASHING = """
import sys
import pyarrow as pa
import pipeline.stages.{module} as stage
sound = stage.{function}
def stumble(rows, *others, **named):
    made = sound(rows, *others, **named)
    texts = rows.column("{column}").cast(pa.binary()).to_pylist()
    raise ValueError("can't make sense of " + repr(texts))
stage.{function} = stumble
from pipeline.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize(
    ("module", "function", "column"),
    [("archive", "archive", "value"), ("decode", "decode", "value"), ("tokenise", "tokenise", "payload")],
)
def test_a_stage_that_crashes_names_nobody(
    root: Path, say: Say, module: str, function: str, column: str, log_format: str
) -> None:
    code = CRASHING.format(module=module, function=function, column=column)
    assert say("run", code=code, log_format=log_format) == 70
    assert b"StageFailed" in (root / "0.stderr").read_bytes() or b"ValueError" in (root / "0.stderr").read_bytes()
    assert_nobody_is_named(root)
