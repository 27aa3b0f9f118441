"""A reader that is told when an archive stands still looks once, and looks again when it is told to."""

from __future__ import annotations

from archive.rows import rows
from jeta.archive import Writer, create_archive
from jeta.archive.reader import JetaReader
from jeta.archive.still import StillReader


def test_nothing_is_looked_at_twice_while_it_is_still(tmp_path, monkeypatch):
    root = create_archive(tmp_path / "a").root
    with Writer(root) as writer:
        writer.commit({"A": rows([1], [1.0])})
    looked = []
    load = JetaReader.manifest
    monkeypatch.setattr(JetaReader, "manifest", lambda self, msid: looked.append(msid) or load(self, msid))
    reader = StillReader(root)
    with reader.still():
        for _ in range(3):
            assert reader.value_types("A") == {"<f8"}
        assert looked == ["A"]
    reader.value_types("A")
    assert looked == ["A", "A"]


def test_what_others_commit_is_seen_after(tmp_path):
    root = create_archive(tmp_path / "a").root
    reader = StillReader(root)
    with reader.still():
        assert reader.names() == []
        with Writer(root) as writer:
            writer.commit({"A": rows([1], [1.0])})
        assert reader.names() == []
        reader.forget()
        assert reader.names() == ["A"]
    assert reader.names() == ["A"]


def test_a_writer_sees_its_own_commits_within_one_block(tmp_path):
    with Writer(create_archive(tmp_path / "a").root) as writer, writer.reader.still():
        for number in range(3):
            counts = writer.commit({"A": rows([1, number], [1.0, 5.0 + number])})
            assert counts["A"].duplicate == (1 if number else 0)
        assert writer.last_commit() == 3


def test_blocks_within_blocks_last_as_long_as_the_outer_one(tmp_path):
    root = create_archive(tmp_path / "a").root
    reader = StillReader(root)
    with reader.still():
        with reader.still():
            assert reader.journal_files() == []
        with Writer(root) as writer:
            writer.commit({"A": rows([1], [1.0])})
        assert reader.journal_files() == []
    assert len(reader.journal_files()) == 1
