"""Tokens: nothing personal is left, equal values of a tenant stay equal, and the key decides."""

import hashlib
import hmac
import json

from pipeline_messages import KEY, created, driver, event, messages, scan

from pipeline.stages.decode import decode
from pipeline.stages.tokenise import token, tokenise


def payloads(*values: bytes, key: bytes = KEY) -> list[dict[str, object]]:
    valid = decode(messages(values), 10**9, KEY)["valid"]
    return [json.loads(payload) for payload in tokenise(valid, key)["payload"].to_pylist()]


def test_a_token_is_a_keyed_hash_of_tenant_kind_and_value() -> None:
    digest = hmac.new(KEY, b"acme\x1femail\x1fada@example.org", hashlib.sha256).hexdigest()
    assert token(KEY, "acme", "email", "ada@example.org") == f"tok_email_{digest[:32]}"
    assert token(KEY, None, "name", "x") == token(KEY, "", "name", "x")


def test_every_personal_field_is_replaced_and_no_other() -> None:
    parcel, shift, plain = payloads(event(created(), "e1"), event(driver(), "e2"), event(scan(), "e3"))
    assert parcel["recipient_name"] == token(KEY, "acme", "name", "Ada Lovelace")
    assert parcel["recipient_phone"] == token(KEY, "acme", "phone", "+49 30 1234567")
    assert parcel["recipient_email"] == token(KEY, "acme", "email", "ada@example.org")
    assert shift["driver_name"] == token(KEY, "acme", "name", "Grace Hopper")
    assert parcel["shipment_id"] == "S1"
    assert plain == json.loads(event(scan()))["payload"]


def test_tokens_differ_by_tenant_kind_and_key() -> None:
    value = "the same"
    tokens = [token(KEY, "a", "name", value), token(KEY, "b", "name", value), token(b"k" * 16, "a", "name", value)]
    assert len({*tokens, token(KEY, "a", "phone", value)}) == 4


def test_nothing_else_of_the_batch_changes() -> None:
    valid = decode(messages([event(created(), "e1"), event(scan(), "e2")]), 10**9, KEY)["valid"]
    after = tokenise(valid, KEY)
    assert after.schema == valid.schema
    assert after.drop_columns(["payload"]).equals(valid.drop_columns(["payload"]))
    assert tokenise(valid.slice(0, 0), KEY).num_rows == 0
