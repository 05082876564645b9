"""The right table passes; each way to break one gives exactly the finding of that kind."""

# ruff: noqa: E501 (a table reads better with one case to a line)

from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipeline.contract.tables import TABLES
from sim.checks import tables
from sim.checks.observed import Observed
from sim.checks.verdict import CheckResult, Finding, FindingKind, Outcome
from sim.expected import COMPARED


@pytest.fixture
def check(messy, observed) -> Callable[[str], CheckResult]:
    return lambda name: tables.check(TABLES[name], messy.expected, observed)


def only(result: CheckResult) -> Finding:
    assert result.outcome is Outcome.FAIL
    (finding,) = result.findings
    return finding


@pytest.mark.parametrize("name", COMPARED)
def test_a_right_table_passes(check, messy, name):
    result = check(name)
    assert (result.outcome, result.findings) == (Outcome.PASS, ())
    assert result.compared == messy.expected.tables[name].num_rows > 0


@pytest.mark.parametrize("name", COMPARED)
def test_a_missing_row_is_lost(check, warehouse, name):
    keys = ", ".join(TABLES[name].keys)
    gone = warehouse.one(f"select {keys} from {name} order by all limit 1")
    warehouse.change(f"delete from {name} where ({keys}) in (select ({keys}) from {name} order by all limit 1)")
    finding = only(check(name))
    assert (finding.kind, finding.table, finding.rows) == (FindingKind.LOST, name, 1)
    assert [*finding.samples[0]][: len(gone)] == list(gone)


@pytest.mark.parametrize("name", COMPARED)
def test_a_row_twice_is_duplicated(check, warehouse, name):
    warehouse.change(f"insert into {name} (select * from {name} limit 1)")
    finding = only(check(name))
    assert (finding.kind, finding.table, finding.rows) == (FindingKind.DUPLICATED, name, 1)


def test_a_second_row_of_a_key_is_duplicated_even_if_it_says_something_else(check, warehouse):
    warehouse.change("insert into clean.events (select * replace (99 as log_offset) from clean.events limit 1)")
    assert only(check("clean.events")).kind is FindingKind.DUPLICATED


def test_a_copy_under_a_new_id_is_duplicated(check, warehouse, messy):
    copies = messy.ledger.messages.filter(pc.equal(messy.ledger.messages["matched_on"], "status"))
    copy = copies.slice(0, 1).to_pylist()[0]
    told = ", ".join(f"'{copy[name]}' as {name}" for name in ("tenant_id", "source", "event_id") if copy[name])
    warehouse.change(f"insert into clean.events (select * replace ({told}) from clean.events limit 1)")
    finding = only(check("clean.events"))
    assert (finding.kind, finding.samples[0]["event_id"]) == (FindingKind.DUPLICATED, copy["event_id"])


def test_a_row_that_nothing_accounts_for_is_unexpected(check, warehouse):
    warehouse.change("insert into clean.too_late (select * replace ('x' as event_id) from clean.too_late limit 1)")
    finding = only(check("clean.too_late"))
    assert (finding.kind, finding.rows, finding.samples[0]["event_id"]) == (FindingKind.UNEXPECTED, 1, "x")


@pytest.mark.parametrize(
    ("name", "change", "field"),
    [
        ("clean.events", "lateness = 'early'", "lateness"),
        ("clean.events", "schema_hash = 'x'", "schema_hash"),
        ("clean.shipment_status_events", "facility_name = null", "facility_name"),
        ("clean.rejected", "code = 'too_deep'", "code"),
        ("clean.rejected", "stage = 'windows'", "stage"),
        ("clean.rejected", "body_bytes = 0", "body_bytes"),
        ("clean.rejected", "reason = ' '", "reason given"),
        ("clean.rejected", "reason = null", "reason given"),
        ("curated.kpi_5min", "scans = scans + 1", "scans"),
        ("curated.mart_on_time_performance", "on_time_rate = on_time_rate - 0.001", "on_time_rate"),
        ("features.driver_behavior_daily", "distance_km = distance_km + 0.01", "distance_km"),
        ("raw.messages", "body = coalesce(body, '') || ' '", "body_sha256"),
        ("raw.messages", "ingest_date = ingest_date + 1", "ingest_date"),
    ],
)
def test_a_wrong_value_is_corrupted_by_field(check, warehouse, name, change, field):
    keys = ", ".join(TABLES[name].keys)
    some = f"select ({keys}) from {name} where {change.split(' = ')[0]} is not null order by all limit 2"
    warehouse.change(f"update {name} set {change} where ({keys}) in ({some})")
    finding = only(check(name))
    assert (finding.kind, finding.rows, finding.samples[0]["field"]) == (FindingKind.CORRUPTED, 2, field)
    assert finding.samples[0]["expected"] != finding.samples[0]["observed"]


@pytest.mark.parametrize(
    ("attributes", "fields"),
    [
        ('json_merge_patch(attributes, \'{"source": "other"}\')', {"attributes.source"}),
        ('json_merge_patch(attributes, \'{"event_type": "other"}\')', {"attributes.event_type"}),
        ("json_merge_patch(attributes, '{\"more\": 1}')", {"attributes names"}),
        ("replace(attributes, '{', '{\"source\":1,')", {"attributes names", "attributes.source"}),
        ("'{'", {"attributes names", "attributes.source", "attributes.event_type", "tenant_id"}),
        ("'[]'", {"attributes names", "attributes.source", "attributes.event_type", "tenant_id"}),
        ("null", {"attributes names", "attributes.source", "attributes.event_type", "tenant_id"}),
    ],
)
def test_wrong_attributes_in_the_archive_are_corrupted(check, warehouse, attributes, fields):
    one = "(select min(log_offset) from raw.messages where event_type = 'shipment.created')"
    warehouse.change(
        f"update raw.messages set attributes = {attributes} where log_partition = 0 and log_offset = {one}"
    )
    found = {finding.samples[0]["field"] for finding in check("raw.messages").findings}
    assert found == fields


def test_attributes_in_another_order_are_right(check, warehouse):
    warehouse.change(
        "update raw.messages set attributes = json_object('tenant_id', attributes->>'tenant_id', 'source', "
        "attributes->>'source', 'event_type', event_type) where attributes->>'tenant_id' is not null"
    )
    assert check("raw.messages").outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ("body_base64 = to_base64(encode(body)) where body is not null", {"bodies"}),
        ("body = '' where body is null", {"bodies", "body_sha256"}),
        ("body = null where body is not null", {"bodies", "body_sha256"}),
        ("body_base64 = '%' where body is null", {"body_sha256"}),
    ],
)
def test_a_message_has_its_body_in_one_of_two_columns(check, warehouse, change, fields):
    warehouse.change(f"update raw.messages set {change}")
    assert {finding.samples[0]["field"] for finding in check("raw.messages").findings} == fields


def test_reals_of_marts_may_differ_by_rounding(check, warehouse):
    warehouse.change("update features.driver_behavior_daily set distance_km = distance_km * (1 + 1e-8)")
    assert check("features.driver_behavior_daily").outcome is Outcome.PASS


@pytest.mark.parametrize("value", ["inf", "-inf", "nan"])
@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("clean.too_late", "too_late_by_s"),
        ("clean.shipment_status_events", "geo_lat"),
        ("curated.mart_on_time_performance", "on_time_rate"),
    ],
)
def test_what_is_no_finite_number_is_near_to_none(check, warehouse, name, field, value):
    warehouse.change(f"update {name} set {field} = '{value}'::double")
    finding = only(check(name))
    assert (finding.kind, finding.samples[0]["field"]) == (FindingKind.CORRUPTED, field)
    assert finding.samples[0]["observed"] == value


def test_another_tenant_on_a_right_row_is_crossed(check, warehouse):
    warehouse.change(
        "update clean.events set tenant_id = 'other' where event_id = (select min(event_id) from clean.events)"
    )
    finding = only(check("clean.events"))
    assert (finding.kind, finding.rows, finding.samples[0]["observed"]) == (FindingKind.CROSSED, 1, "other")


def test_another_tenant_in_the_key_is_crossed(check, warehouse):
    warehouse.change("update curated.kpi_5min set tenant_id = 'other' where tenant_id = 'globex'")
    assert only(check("curated.kpi_5min")).kind is FindingKind.CROSSED


@pytest.mark.parametrize(
    ("event_type", "field", "value"),
    [
        ("vehicle.telemetry", "payload.speed_kmh", "299.5"),
        ("vehicle.telemetry", "payload.speed_kmh", '"fast"'),
        ("vehicle.telemetry", "payload.speed_kmh", '"nan"'),
        ("vehicle.telemetry", "payload.speed_kmh", '"inf"'),
        ("vehicle.telemetry", "payload.speed_kmh", '"-inf"'),
        ("shipment.status.changed", "payload.geo.lat", "1.5"),
        ("shipment.created", "payload.promised_time", '"2031-01-01T00:00:00Z"'),
        ("driver.location", "payload.driver_id", "null"),
    ],
)
def test_a_wrong_leaf_in_a_payload_is_corrupted(check, warehouse, event_type, field, value):
    outer, last = ["", *field.split(".")[1:]][-2:]
    patch = f'{{"{outer}": {{"{last}": {value}}}}}' if outer else f'{{"{last}": {value}}}'
    warehouse.change(
        f"update clean.events set payload = json_merge_patch(payload, '{patch}') where event_id = "
        f"(select min(event_id) from clean.events where event_type = '{event_type}')"
    )
    finding = only(check("clean.events"))
    assert (finding.kind, finding.rows, finding.samples[0]["field"]) == (FindingKind.CORRUPTED, 1, field)


@pytest.mark.parametrize(
    ("event_type", "payload", "field"),
    [
        ("vehicle.telemetry", r"""replace(payload, '{', '{"extra":1,')""", "payload"),
        ("vehicle.telemetry", r"""replace(payload, '{', '{"vehicle_id":"V",')""", "payload.vehicle_id"),
        ("vehicle.telemetry", r"""replace(payload, '}', ',"vehicle_id":"V"}')""", "payload"),
        ("driver.location", r"""replace(payload, '{"lat', '{"alt":1,"lat')""", "payload"),
        ("driver.location", r"""replace(payload, '}}', '},"speed":null}')""", "payload"),
        ("shipment.status.changed", r"""replace(payload, '{"shipment', '{"attempt":null,"shipment')""", "payload.attempt"),
        ("facility.capacity.changed", r"""regexp_replace(payload, '("docks_open":)(\d+)', '\1"\2"')""", "payload.docks_open"),
        ("facility.capacity.changed", r"""regexp_replace(payload, '("docks_open":\d+)', '\1.0')""", "payload.docks_open"),
        ("vehicle.telemetry", r"""regexp_replace(payload, '("fuel_pct":)([\d.]+)', '\1"\2"')""", "payload.fuel_pct"),
        ("shipment.created", r"""regexp_replace(payload, '("shipment_id":)"[^"]+"', '\1[]')""", "payload.shipment_id"),
    ],
)  # fmt: skip
def test_a_payload_of_another_shape_is_corrupted(check, warehouse, event_type, payload, field):
    warehouse.change(f"update clean.events set payload = {payload} where event_type = '{event_type}'")
    findings = check("clean.events").findings
    assert field in {finding.samples[0]["field"] for finding in findings}
    assert {finding.kind for finding in findings} == {FindingKind.CORRUPTED}
    assert all(finding.samples[0]["expected"] != finding.samples[0]["observed"] for finding in findings)


def test_a_number_may_be_written_in_another_way(check, warehouse):
    warehouse.change(
        "update clean.events set payload = regexp_replace(payload, '(\"speed_kmh\":\\d+\\.\\d)', '\\100') "
        "where event_type = 'vehicle.telemetry'"
    )
    assert check("clean.events").outcome is Outcome.PASS


def test_a_personal_value_in_a_payload_is_not_shown(check, warehouse, messy):
    name = messy.truth.facts["shipment.created"]["recipient_name"][0].as_py()
    warehouse.change(
        f'update clean.events set payload = json_merge_patch(payload, \'{{"recipient_name": "{name}"}}\') '
        "where event_type = 'shipment.created'"
    )
    result = check("clean.events")
    finding = only(result)
    assert finding.samples[0]["field"] == "payload.recipient_name"
    assert finding.samples[0]["observed"] == "<hidden>"
    assert finding.samples[0]["expected"].startswith("tok_name_")
    assert name not in str(result)


def test_a_payload_that_is_not_json_is_corrupted(check, warehouse):
    warehouse.change("update clean.events set payload = '{' where event_type = 'facility.scan'")
    finding = only(check("clean.events"))
    assert finding.kind is FindingKind.CORRUPTED
    assert "not JSON" in finding.detail


@pytest.mark.parametrize("rows", [0, 1])
def test_a_table_that_must_be_empty(messy, right_tables, memory_warehouse, scratch, rows):
    name = "clean.too_late"
    tables_expected = {**messy.expected.tables, name: messy.expected.tables[name].slice(0, 0)}
    expected = replace(messy.expected, tables=tables_expected)
    there = Observed(memory_warehouse({name: right_tables[name].slice(0, rows)}), scratch)
    result = tables.check(TABLES[name], expected, there)
    assert [finding.kind for finding in result.findings] == [FindingKind.UNEXPECTED] * rows
    assert result.outcome is (Outcome.FAIL if rows else Outcome.PASS)


def test_expected_rows_with_one_key_are_an_error_of_ours(messy, observed):
    name = "clean.too_late"
    rows = messy.expected.tables[name]
    expected = replace(messy.expected, tables={name: pa.concat_tables([rows, rows.slice(0, 1)])})
    with pytest.raises(ValueError, match="key is there already"):
        tables.check(TABLES[name], expected, observed)
