"""What an archive remembers as a whole."""

from __future__ import annotations

import pytest

from jeta.archive.state import State, load, save
from jeta.errors import ArchiveCorruptError


@pytest.mark.parametrize("state", [State(), State(7, None), State(2**40, -(2**62))])
def test_the_state_comes_back(tmp_path, state):
    save(tmp_path / "state.json", state)
    assert load(tmp_path / "state.json") == state


def test_a_lost_state_is_none(tmp_path):
    assert load(tmp_path / "state.json") is None


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"folded": "x", "first_ns": 1}', b"\xff"])
def test_a_damaged_state_says_what_to_do(tmp_path, content):
    (tmp_path / "state.json").write_bytes(content)
    with pytest.raises(ArchiveCorruptError, match="delete it and it is made again"):
        load(tmp_path / "state.json")
