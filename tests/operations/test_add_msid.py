"""`add_msid`: an entry of the telemetry database, checked before it is written."""

from __future__ import annotations

import pytest

from jeta import fetch, operations, update
from jeta.archive import Writer, create_archive, open_archive
from jeta.errors import ArchiveLockedError, ArchiveNotFoundError, MsidNameError, TdbError
from jeta.operations import add_msid


@pytest.fixture
def root(tmp_path):
    return create_archive(tmp_path / "a").root


def test_an_entry_is_read_back(root):
    entry = add_msid(
        root, "sa_mode", description='The "mode": ünï', unit="V", type="float64", limits={"red_low": 4.5, "red_high": 5}
    )
    assert entry.name == "SA_MODE"
    assert open_archive(root).tdb()["SA_MODE"] == entry
    other = add_msid(root, "B", id=7)
    assert open_archive(root).tdb()["B"] == other
    assert open_archive(root).tdb()["SA_MODE"] == entry
    update.append("sa_mode", [1.7e9], [1.0], archive=root)
    with fetch.set_archive(root):
        assert fetch.MSID("sa_mode").unit == "V"


@pytest.mark.parametrize(
    ("name", "fields", "error"),
    [
        ("../x", {}, MsidNameError),
        ("", {}, MsidNameError),
        ("A", {"unitt": "V"}, TdbError),
        ("A", {"type": "strange"}, TdbError),
        ("A", {"limits": {"red_low": "x"}}, TdbError),
        ("A", {"unit": object()}, TdbError),
        ("A", {"limits": {"red_low": float("nan")}}, TdbError),
        ("THERE", {}, TdbError),
        ("A", {"id": 3}, TdbError),
    ],
)
def test_what_is_wrong_is_not_written(root, name, fields, error):
    (root / "tdb" / "people.yaml").write_text("THERE: {unit: V, id: 3}\n")
    with pytest.raises(error):
        add_msid(root, name, **fields)
    assert sorted(path.name for path in (root / "tdb").glob("*.yaml")) == ["people.yaml"]


def test_twice(root):
    add_msid(root, "A", unit="V")
    content = (root / "tdb" / "added.yaml").read_bytes()
    with pytest.raises(TdbError, match="once"):
        add_msid(root, "a", unit="A")
    assert (root / "tdb" / "added.yaml").read_bytes() == content


def test_two_writers_and_no_archive(tmp_path, root):
    with Writer(root), pytest.raises(ArchiveLockedError):
        add_msid(root, "A")
    with pytest.raises(ArchiveNotFoundError):
        add_msid(tmp_path / "no", "A")


def test_names_of_the_first_jeta(tmp_path):
    assert operations.initialize(tmp_path / "x").names() == []
    assert operations.create is operations.initialize
