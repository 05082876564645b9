"""A yardstick that changed proves nothing, and the check says which file."""

from pathlib import Path

import msgspec
import pytest

from sim.checks import seal as check_of_seal
from sim.checks.verdict import Outcome
from sim.seal import Seal, seal

FILES = ("scenario.yaml", "truth/facts/a.parquet", "ledger/messages.parquet", "ledger/firings.parquet", "log/p/0.arrow")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


@pytest.fixture
def sealed(root: Path) -> Seal:
    return seal(root)


def unknown(sealed: Seal, root: Path) -> str:
    result = check_of_seal.check(sealed, root)
    assert (result.outcome, result.findings) == (Outcome.UNKNOWN, ())
    return result.note


def test_files_as_sealed_pass(sealed, root):
    result = check_of_seal.check(sealed, root)
    assert (result.outcome, result.compared) == (Outcome.PASS, len(FILES))


@pytest.mark.parametrize("name", FILES[:-1])
def test_a_changed_file_is_unknown(sealed, root, name):
    (root / name).write_text("mended")
    assert unknown(sealed, root) == f"{name} is not as it was sealed"


@pytest.mark.parametrize("name", FILES[:-1])
def test_a_missing_file_is_unknown(sealed, root, name):
    (root / name).unlink()
    assert unknown(sealed, root) == f"{name} is missing"


def test_a_file_that_came_later_is_unknown(sealed, root):
    (root / "ledger/more.parquet").touch()
    assert unknown(sealed, root) == "ledger/more.parquet was not sealed"


@pytest.mark.parametrize("name", FILES)
def test_a_seal_that_leaves_out_a_file_is_unknown(sealed, root, name):
    short = msgspec.structs.replace(sealed, files={path: sealed.files[path] for path in FILES if path != name})
    assert unknown(short, root).startswith(f"seal.json does not list all of {name.split('/')[0]}")


@pytest.mark.parametrize("part", ["truth", "ledger", "log"])
def test_a_seal_without_the_digest_of_a_part_is_unknown(sealed, root, part):
    digests = {name: digest for name, digest in sealed.digests.items() if name != part}
    assert unknown(Seal(digests, sealed.files), root) == f"seal.json does not list all of {part}"


def test_a_file_left_out_and_removed_is_unknown(sealed, root):
    (root / "truth/facts/a.parquet").unlink()
    short = Seal(sealed.digests, {path: sealed.files[path] for path in FILES if not path.startswith("truth")})
    assert unknown(short, root) == "seal.json does not list all of truth"


def test_a_changed_log_is_left_to_the_check_of_the_log(sealed, root):
    (root / "log/p/0.arrow").write_text("other")
    assert check_of_seal.check(sealed, root).outcome is Outcome.PASS
    assert sealed.changes(root, "log") == {"log/p/0.arrow": "is not as it was sealed"}


def test_nothing_sealed_is_unknown(tmp_path):
    note = unknown(Seal({}, {}), tmp_path)
    assert all(part in note for part in ("scenario.yaml", "truth", "ledger", "log"))
