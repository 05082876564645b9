"""Tokens: nothing personal is left, equal values of a tenant stay equal, and the key decides."""

import hashlib
import hmac
import json
from datetime import timedelta

from pipeline_messages import KEY, START, created, driver, event, messages, scan

from pipeline.key_ring import Key, KeyRing
from pipeline.stages.decode import decode
from pipeline.stages.tokenise import token, tokenise

OLD, NEW = Key("old", KEY), Key("new", b"k" * 16)
RING = KeyRing((OLD,))


def payloads(*values: bytes, ring: KeyRing = RING) -> list[dict[str, object]]:
    valid = decode(messages(values), 10**9, KEY)["valid"]
    return [json.loads(payload) for payload in tokenise(valid, ring)["payload"].to_pylist()]


def test_a_token_is_a_keyed_hash_of_tenant_kind_and_value() -> None:
    digest = hmac.new(KEY, b"acme\x1femail\x1fada@example.org", hashlib.sha256).hexdigest()
    assert token(OLD, "acme", "email", "ada@example.org") == f"tok_email_old_{digest[:32]}"
    assert token(OLD, None, "name", "x") == token(OLD, "", "name", "x")


def test_every_personal_field_is_replaced_and_no_other() -> None:
    parcel, shift, plain = payloads(event(created(), "e1"), event(driver(), "e2"), event(scan(), "e3"))
    assert parcel["recipient_name"] == token(OLD, "acme", "name", "Ada Lovelace")
    assert parcel["recipient_phone"] == token(OLD, "acme", "phone", "+49 30 1234567")
    assert parcel["recipient_email"] == token(OLD, "acme", "email", "ada@example.org")
    assert shift["driver_name"] == token(OLD, "acme", "name", "Grace Hopper")
    assert parcel["shipment_id"] == "S1"
    assert plain == json.loads(event(scan()))["payload"]


def test_tokens_differ_by_tenant_kind_and_key() -> None:
    value = "the same"
    tokens = [token(OLD, "a", "name", value), token(OLD, "b", "name", value), token(NEW, "a", "name", value)]
    assert len({*tokens, token(OLD, "a", "phone", value)}) == 4


def test_nothing_else_of_the_batch_changes() -> None:
    valid = decode(messages([event(created(), "e1"), event(scan(), "e2")]), 10**9, KEY)["valid"]
    after = tokenise(valid, RING)
    assert after.schema == valid.schema
    assert after.drop_columns(["payload"]).equals(valid.drop_columns(["payload"]))
    assert tokenise(valid.slice(0, 0), RING).num_rows == 0


def test_the_key_is_the_one_in_force_when_the_message_arrived() -> None:
    start_us = (START - START.replace(year=1970, month=1, day=1, hour=0)) // timedelta(microseconds=1)
    ring = KeyRing((OLD, Key("new", NEW.secret, start_us)))
    one_us = timedelta(microseconds=1)
    made = []
    for arrived in (START - one_us, START, START + one_us):
        valid = decode(messages([event(created())], arrived), 10**12, KEY)["valid"]
        made += [json.loads(payload)["recipient_name"] for payload in tokenise(valid, ring)["payload"].to_pylist()]
    assert made == [token(key, "acme", "name", "Ada Lovelace") for key in (OLD, NEW, NEW)]
