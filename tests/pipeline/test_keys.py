"""Keys: what is a copy is decided on each part, whatever characters are in it, and no hash tells what it is over."""

from hashlib import blake2b
from typing import Any

import pytest
from pipeline_messages import KEY, START, created, event, messages, scan, status

from pipeline.stages.decode import decode

HASHES = ("id_hash", "status_hash", "content_hash")


def keys(*values: bytes, key: bytes = KEY) -> list[dict[str, Any]]:
    valid = decode(messages(values), 10**9, key)["valid"]
    assert valid.num_rows == len(values)
    return list(valid.select(["dedupe_key", *HASHES]).to_pylist())


@pytest.mark.parametrize("separator", [":", "\x1f", "\x00", "1:", "é", "😀"])
def test_a_separator_inside_an_id_makes_no_two_keys_one(separator: str) -> None:
    a, b, c = "a", "b", "c"
    left, right = f"{a}{separator}{b}", f"{b}{separator}{c}"
    one, other = keys(
        event(scan(), c, source=left),
        event(scan(), right, source=a),
    )
    assert one["id_hash"] != other["id_hash"]
    one, other = keys(
        event(scan(), c, source=b, tenant_id=a),
        event(scan(), c, source=left, tenant_id=None),
    )
    assert one["id_hash"] != other["id_hash"]
    one, other = keys(
        event(status(b), "e1", tenant_id=a),
        event(status(left), "e1", tenant_id=None),
    )
    assert one["status_hash"] != other["status_hash"]


@pytest.mark.parametrize("tenant", ["b", None])
def test_tenants_do_not_share_keys(tenant: str | None) -> None:
    one, other = keys(event(status(), "e1"), event(status(), "e1", tenant_id=tenant))
    assert one["id_hash"] != other["id_hash"]
    assert one["status_hash"] != other["status_hash"]
    assert one["dedupe_key"] != other["dedupe_key"]


def test_no_hash_can_be_made_without_the_key() -> None:
    (row,), (other,) = keys(event(status())), keys(event(status()), key=b"k" * 16)
    assert all(row[name] != other[name] for name in HASHES)
    unkeyed = blake2b(b"4:acme:10:driver_app:2:e1", digest_size=16).digest()
    assert unkeyed != row["id_hash"]


def test_equal_events_have_equal_keys_in_any_batch() -> None:
    (alone,) = keys(event(created(), "e1"))
    assert keys(event(scan(), "e0", at=START), event(created(), "e1"))[1] == alone
