"""``python -m pipeline.contract compat``: an incompatible schema is stopped before anybody writes by it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from pipeline.contract.__main__ import main
from pipeline.contract.avro_schemas import definition
from pipeline.contract.compat.compare import Mode, compare
from pipeline.contract.generated_files import CHECKOUT, FOLDER
from pipeline.contract.json_schemas import json_schema

CONTRACT = CHECKOUT / FOLDER
Save = Callable[..., Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Writes a schema into a folder, by its file's name."""

    def write(name: str, schema: Any, folder: str = "drafts") -> Path:
        path = tmp_path / folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(schema))
        return path

    return write


def third() -> tuple[dict[str, Any], dict[str, Any]]:
    """A version 3 of telemetry, not yet other than version 2; and the properties of its payload."""
    schema = deepcopy(json_schema("vehicle.telemetry", 2))
    schema["properties"]["event_version"]["const"] = 3
    payload: dict[str, Any] = schema["properties"]["payload"]
    return schema, payload


def asked(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[str]]:
    status = main(["compat", *map(str, arguments)])
    return status, capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("mode", Mode)
def test_the_versions_of_the_contract_go_together(mode: Mode, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(capsys, CONTRACT, CONTRACT, "--mode", mode, "--transitive") == (
        0, ["compared 9 versions of 8 types (avro and json)"]
    )  # fmt: skip


def test_a_version_with_an_optional_field_more_goes_with_those_before(save: Save) -> None:
    schema, payload = third()
    payload["properties"]["tyre_bar"] = {"type": ["number", "null"], "minimum": 0}
    new = save("vehicle.telemetry-v3.schema.json", schema)
    assert compare(CONTRACT, new, Mode.FULL, transitive=True).findings == []


def test_a_breaking_version_is_stopped_before_it_is_published(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    schema, payload = third()
    payload["properties"]["speed_kmh"]["maximum"] = 120
    payload["required"].append("battery_pct")
    status, lines = asked(capsys, CONTRACT, save("vehicle.telemetry-v3.schema.json", schema))
    assert status == 1
    assert lines.pop() == "compared 1 version of 1 type (json)"
    assert sorted(lines) == [
        "vehicle.telemetry v2 -> v3 (json, backward) payload.battery_pct: field_required: was an optional field, "
        "is a required field; make the field optional, with a default",
        "vehicle.telemetry v2 -> v3 (json, backward) payload.speed_kmh: range_narrowed: was maximum 300, "
        "is maximum 120; allow every number and length that the other version writes",
    ]


def test_forward_asks_what_readers_of_today_make_of_it(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    schema, payload = third()
    payload["properties"]["speed_kmh"]["maximum"] = 500
    new = save("vehicle.telemetry-v3.schema.json", schema)
    assert asked(capsys, CONTRACT, new, "--mode", "backward")[0] == 0
    status, (line, _) = asked(capsys, CONTRACT, new, "--mode", "forward")
    assert (status, "was maximum 300, is maximum 500" in line, "forward" in line) == (1, True, True)
    assert asked(capsys, CONTRACT, new, "--mode", "full")[0] == 1


def test_only_a_look_at_all_versions_finds_a_field_that_comes_back_as_another(save: Save) -> None:
    """Version 2 left the field out, and 3 has it as text: 2 and 3 go together, 1 and 3 don't."""

    def version(number: int, *fields: dict[str, Any]) -> None:
        save(f"a-v{number}.avsc", {"type": "record", "name": "A", "fields": list(fields)}, "all")

    version(1, {"name": "x", "type": "long"})
    version(2)
    version(3, {"name": "x", "type": "string", "default": ""})
    folder = save("notes.json", {}, "all").parent
    assert compare(folder, folder, Mode.BACKWARD).findings == []
    (found,) = compare(folder, folder, Mode.BACKWARD, transitive=True).findings
    assert (found.versions, found.path, found.was, found.now) == (("v1", "v3"), "x", "long", "string")


def test_two_files_are_held_against_each_other_whatever_their_names(save: Save) -> None:
    old, new = definition("facility.scan", 1), definition("facility.scan", 1)
    new["fields"].append({"name": "firmware", "type": "string"})
    (found,) = compare(save("old.avsc", old), save("new.avsc", new), Mode.BACKWARD).findings
    assert (found.path, found.rule) == ("firmware", "field_required")
    assert str(found).startswith(
        "new old.avsc -> new.avsc (avro, backward) firmware: field_required: was no such field"
    )


def test_a_published_version_must_not_change(save: Save, tmp_path: Path) -> None:
    shutil.copytree(CONTRACT / "json-schema", tmp_path / "drafts")
    schema = json_schema("facility.scan", 1)
    schema["description"] = "Said better."
    changed = save("facility.scan-v1.schema.json", schema)
    assert compare(CONTRACT, changed.parent, Mode.FULL).findings == []
    schema["properties"]["source"]["maxLength"] = 65
    save("facility.scan-v1.schema.json", schema)
    (found,) = compare(CONTRACT, changed.parent, Mode.BACKWARD).findings
    assert (found.path, found.rule, found.was, found.now) == (
        "source", "version_changed", "maxLength 64", "maxLength 65"
    )  # fmt: skip
    assert str(found).endswith("put it back as it was, and add a version instead")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a-v1.avsc", "{", "not JSON"),
        ("a-v1.avsc", '{"type": "no such"}', "not a schema"),
        ("a-v1.avsc", '{"type": "record"}', "not a schema"),
        ("a-v1.avsc", "7", "not a schema"),
        ("a-v1.schema.json", "[]", "must be an object"),
        ("a-v1.schema.json", '{"oneOf": []}', "can't compare oneOf"),
        ("a-v1.schema.json", '{"properties": 7}', "not a schema"),
        ("a-v1.proto", "", "must be an .avsc file"),
    ],
)
def test_what_cannot_be_compared_is_no_answer(
    name: str, text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert main(["compat", str(path), str(path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(str(path))
    assert said in error


def test_nothing_to_compare_is_no_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compat", str(CONTRACT), str(tmp_path)]) == 2
    assert "no file named" in capsys.readouterr().err
    assert main(["compat", str(tmp_path / "none"), str(CONTRACT)]) == 2
    with pytest.raises(SystemExit) as left:
        main(["compat", str(CONTRACT)])
    assert left.value.code == 2


def test_an_avro_and_a_json_schema_are_not_alike(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    avro, other = save("a.avsc", definition("facility.scan", 1)), save("a.json", json_schema("facility.scan", 1))
    assert main(["compat", str(avro), str(other)]) == 2
    assert "avro can't be held against json" in capsys.readouterr().err


def registry(save: Save, folder: str, *versions: tuple[str, int]) -> Path:
    """A folder with the JSON schemas of these versions."""
    names = [f"{event_type}-v{version}.schema.json" for event_type, version in versions]
    paths = [save(name, json_schema(*version), folder) for name, version in zip(names, versions, strict=True)]
    return paths[0].parent


SCAN, FIRST, SECOND = ("facility.scan", 1), ("vehicle.telemetry", 1), ("vehicle.telemetry", 2)


def test_folders_without_a_type_in_common_are_not_compared(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = registry(save, "old", SCAN), registry(save, "new", FIRST, SECOND)
    assert main(["compat", str(old), str(new)]) == 2
    assert "compared nothing" in capsys.readouterr().err


def test_a_draft_of_a_mistyped_type_is_not_compared(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    draft = save("vehicel.telemetry-v3.schema.json", third()[0])
    assert main(["compat", str(CONTRACT), str(draft)]) == 2
    assert "did you mean 'vehicle.telemetry'?" in capsys.readouterr().err


@pytest.mark.parametrize("kept", [(SCAN, FIRST), (SCAN,), (FIRST, SECOND)])
def test_what_is_gone_is_found(
    kept: tuple[tuple[str, int], ...], save: Save, capsys: pytest.CaptureFixture[str]
) -> None:
    every = (SCAN, FIRST, SECOND)
    old, new = registry(save, "old", *every), registry(save, "new", *kept)
    status, lines = asked(capsys, old, new)
    gone = [f"{name} v{version} -> nothing" for name, version in every if (name, version) not in kept]
    assert status == 1
    assert [line.partition(" (")[0] for line in lines[:-1]] == gone
    assert all("version_gone" in line for line in lines[:-1])


def test_a_type_that_is_new_is_told(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = registry(save, "old", SCAN), registry(save, "new", SCAN, FIRST)
    told = "compared 1 version of 1 type (json); nothing comes before vehicle.telemetry v1 (json)"
    assert asked(capsys, old, new) == (0, [told])


def test_files_that_are_skipped_are_named(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = registry(save, "old", SCAN), registry(save, "new", SCAN)
    misnamed = save("vehicle.telemetry_v3.schema.json", third()[0], "new")
    assert main(["compat", str(old), str(new)]) == 0
    assert capsys.readouterr().err == f"skipped {misnamed}: no schema by its name\n"
    alone = save("facility.scan.avsc", {}, "alone")
    assert main(["compat", str(old), str(alone.parent)]) == 2
    assert f"there is {alone}" in capsys.readouterr().err


def test_an_edited_field_is_called_as_in_messages(save: Save) -> None:
    schema = definition("vehicle.telemetry", 1)
    (payload,) = [field["type"] for field in schema["fields"] if field["name"] == "payload"]
    (speed,) = [field for field in payload["fields"] if field["name"] == "speed_kmh"]
    speed["name"] = "speed"
    (found,) = compare(CONTRACT, save("vehicle.telemetry-v1.avsc", schema), Mode.FULL).findings
    assert (found.path, found.was, found.now) == ("payload.speed_kmh", "the field speed_kmh", "the field speed")


def test_an_unknown_mode_is_told_with_the_modes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["compat", str(CONTRACT), str(CONTRACT), "--mode", "fwd"])
    assert left.value.code == 2
    said = "argument --mode: unknown mode 'fwd'; did you mean 'forward'? one of: backward, forward, full"
    assert said in capsys.readouterr().err
