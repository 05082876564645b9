"""The log as written passes; cut, repeated, reordered or altered it gives exactly that finding."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pytest

from sim.checks import log
from sim.checks.verdict import CheckResult, Finding, FindingKind, Outcome


@pytest.fixture
def check(scratch) -> Callable[..., CheckResult]:
    def check(messages: pa.Table, torn: Sequence[str] = (), changed: Mapping[str, str] | None = None) -> CheckResult:
        return log.check(messages.to_batches(1000), torn, changed or {}, scratch)

    return check


def only(result: CheckResult) -> Finding:
    assert result.outcome is Outcome.FAIL
    (finding,) = result.findings
    return finding


def with_values(messages: pa.Table, name: str, rows: dict[int, object]) -> pa.Table:
    values = messages[name].to_pylist()
    for row, value in rows.items():
        values[row] = value
    field = messages.schema.field(name)
    return messages.set_column(messages.schema.get_field_index(name), field, pa.array(values, field.type))


def test_the_log_as_written_passes(check, messy):
    result = check(messy.messages())
    assert (result.outcome, result.compared) == (Outcome.PASS, messy.ledger.messages.num_rows)


def test_the_ledger_knows_how_long_each_value_is(messy):
    places = [("partition", "ascending"), ("offset", "ascending")]
    values = messy.messages().sort_by(places)["value"]
    planned = messy.ledger.messages.sort_by(places)["value_bytes"]
    assert planned.to_pylist() == [len(value) for value in values.to_pylist()]


def test_a_truncated_log_has_lost_messages(check, messy):
    messages = messy.messages()
    finding = only(check(messages.slice(0, len(messages) - 10)))
    last = messages["offset"][-1].as_py()
    assert (finding.kind, finding.rows) == (FindingKind.LOST, 10)
    assert finding.samples == ({"partition": "3", "offsets": f"{last - 9}-{last}", "messages": "10"},)


def test_the_stretches_of_lost_messages_are_told_apart(check, messy):
    messages = messy.messages()
    finding = only(check(pa.concat_tables([messages.slice(0, 5), messages.slice(8, 2), messages.slice(11)])))
    assert [sample["offsets"] for sample in finding.samples] == ["5-7", "10-10"]
    assert finding.detail.endswith("stretches of offsets: 2")


def test_an_empty_log_has_lost_everything(check, messy):
    finding = only(check(messy.messages().slice(0, 0)))
    assert (finding.kind, finding.rows) == (FindingKind.LOST, messy.ledger.messages.num_rows)


def test_a_repeated_stretch_is_duplicated(check, messy):
    messages = messy.messages()
    finding = only(check(pa.concat_tables([messages, messages.slice(40, 7)])))
    assert (finding.kind, finding.rows) == (FindingKind.DUPLICATED, 7)


def test_a_message_again_at_a_place_of_its_own_is_duplicated(check, messy):
    messages = messy.messages()
    finding = only(check(pa.concat_tables([messages, with_values(messages.slice(40, 1), "offset", {0: 10**9})])))
    assert (finding.kind, finding.samples[0]["offset"]) == (FindingKind.DUPLICATED, str(10**9))


def test_messages_that_changed_places_are_misrouted(check, messy):
    messages = messy.messages()
    swapped = np.arange(len(messages))
    swapped[[3, 9]] = [9, 3]
    moved = messages.take(swapped)
    for name in ("partition", "offset"):
        moved = moved.set_column(moved.schema.get_field_index(name), moved.schema.field(name), messages[name])
    finding = only(check(moved))
    assert (finding.kind, finding.rows) == (FindingKind.MISROUTED, 2)
    expected = {(sample["expected"], sample["observed"]) for sample in finding.samples}
    assert expected == {("0:3", "0:9"), ("0:9", "0:3")}


def test_messages_stored_in_another_order_are_misrouted(check, messy):
    messages = messy.messages()
    order = np.arange(len(messages))
    order[[3, 4]] = [4, 3]
    finding = only(check(messages.take(order)))
    assert (finding.kind, finding.rows) == (FindingKind.MISROUTED, 1)
    assert finding.samples[0] == {"partition": "0", "offset": "3", "read_after_offset": "4"}


@pytest.mark.parametrize(("name", "value"), [("value", b"{}"), ("key", "other")])
def test_an_altered_message_is_corrupted(check, messy, name, value):
    finding = only(check(with_values(messy.messages(), name, {5: value})))
    assert (finding.kind, finding.rows, finding.samples[0]["field"]) == (FindingKind.CORRUPTED, 1, name)
    assert (finding.samples[0]["partition"], finding.samples[0]["offset"]) == ("0", "5")


def test_another_arrival_time_is_corrupted(check, messy):
    messages = messy.messages()
    later = messages["ingest_time"][8].as_py()
    assert only(check(with_values(messages, "ingest_time", {5: later}))).samples[0]["field"] == "ingest_time"


def test_a_message_that_the_ledger_does_not_know_is_unexpected(check, messy):
    messages = messy.messages()
    foreign = with_values(with_values(messages.slice(0, 1), "value", {0: b"{}"}), "offset", {0: 10**9})
    finding = only(check(pa.concat_tables([messages, foreign])))
    assert (finding.kind, finding.rows) == (FindingKind.UNEXPECTED, 1)


def with_attributes(messages: pa.Table, rows: dict[int, list[tuple[str, str]]]) -> pa.Table:
    return with_values(messages, "attributes", rows)


@pytest.mark.parametrize(
    "change",
    [
        lambda attributes: [(name, "other" if name == "source" else value) for name, value in attributes],
        lambda attributes: attributes[:-1],
        lambda attributes: [*attributes, ("more", "x")],
        lambda attributes: [*attributes, attributes[0]],
        lambda _: [],
    ],
)
def test_other_attributes_are_corrupted(check, messy, change):
    messages = messy.messages()
    finding = only(check(with_attributes(messages, {5: change(messages["attributes"][5].as_py())})))
    assert (finding.kind, finding.rows, finding.samples[0]["field"]) == (FindingKind.CORRUPTED, 1, "attributes")


def test_the_order_of_attributes_means_nothing(check, messy):
    messages = messy.messages()
    turned = messages["attributes"][5].as_py()[::-1]
    assert check(with_attributes(messages, {5: turned})).outcome is Outcome.PASS


def test_a_torn_file_is_a_finding_though_every_message_is_there(check, messy):
    finding = only(check(messy.messages(), ["log/partition=00003/0.arrow: torn at byte 7"]))
    assert (finding.kind, finding.table, finding.rows) == (FindingKind.CORRUPTED, "log", 1)
    assert "partition=00003/0.arrow: torn at byte 7" in finding.detail


def test_a_file_with_other_bytes_is_a_finding_though_every_message_is_there(check, messy):
    finding = only(check(messy.messages(), (), {"log/a.arrow": "is not as it was sealed", "log/b": "was not sealed"}))
    assert (finding.kind, finding.table, finding.rows) == (FindingKind.CORRUPTED, "log", 2)
    assert "log/a.arrow is not as it was sealed" in finding.detail
    assert finding.samples[1] == {"file": "log/b was not sealed"}


def test_other_bytes_are_told_by_message_where_that_is_possible(check, messy):
    finding = only(check(messy.messages().slice(3), (), {"log/a.arrow": "is not as it was sealed"}))
    assert finding.kind is FindingKind.LOST
