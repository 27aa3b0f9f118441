"""The parts of a mirror, each by itself."""

from __future__ import annotations

import gzip
import json
import os

import numpy as np
import pytest

from jeta.archive import JetaReader, manifest
from jeta.archive.journal import JournalFile
from jeta.archive.journal import write as write_journal
from jeta.archive.layout import Layout
from jeta.errors import ArchiveCorruptError, MsidNameError, StatError, UnknownMsidError
from jeta.mirror import commits, durable, memory, packed
from jeta.mirror.folder_source import FolderSource, json_settings
from jeta.mirror.look import ChangedError, token
from jeta.mirror.memory import Memory, chosen_msids, chosen_products, joined
from jeta.mirror.names import PRODUCTS, check_no_links, checked_msid, checked_plain, checked_sealed, is_plain
from jeta.mirror.sealed import folded_of, is_of_texts, sealed_files
from jeta.tdb import check_name
from operations.lab import delivery, filled, small


@pytest.fixture
def root(tmp_path, monkeypatch):
    small(monkeypatch)
    return filled(tmp_path / "a")


class TestNames:
    def test_every_name_that_an_archive_gives_passes(self, root):
        for path in (root / "columns").rglob("*.h5"):
            assert checked_sealed(path.name, "here") == path.name
        for path in (root / "columns").iterdir():
            assert checked_msid(path.name, "here") == path.name

    @pytest.mark.parametrize("name", [None, 3, ["TEMP"], "te/mp", "temp", "", "..", "TEMP\n"])
    def test_no_other_name_is_that_of_an_msid(self, name):
        with pytest.raises(ArchiveCorruptError, match="which can be none"):
            checked_msid(name, "here")

    def test_names_are_those_of_the_telemetry_database(self):
        with pytest.raises(MsidNameError):
            check_name("../x")

    @pytest.mark.parametrize(
        "path", ["tdb/a.yaml", "tdb/Ünï.yml", "events/a b.csv", "events/x.ecsv", "flags/00000001.json", "bad_times.txt"]
    )
    def test_small_files_that_travel(self, path):
        assert checked_plain(path, "here") == path

    @pytest.mark.parametrize(
        "path", ["tdb/a.csv", "flags/a.json", "flags/.lock", "tdb/.cache.jsonl", "catalog.db", "tdb", "tdb/"]
    )
    def test_small_files_that_do_not(self, path):
        assert not is_plain(path)
        with pytest.raises(ArchiveCorruptError):
            checked_plain(path, "here")

    def test_links_on_the_way(self, tmp_path):
        (tmp_path / "a" / "b").mkdir(parents=True)
        check_no_links(tmp_path / "a" / "b", tmp_path)
        (tmp_path / "c").symlink_to(tmp_path / "a")
        with pytest.raises(ArchiveCorruptError, match="is a link to"):
            check_no_links(tmp_path / "c" / "b", tmp_path)


class TestSealed:
    @pytest.mark.parametrize("name", PRODUCTS)
    def test_whole_files_have_no_fault(self, root, name):
        for msid in ("FINE", "MODE"):
            folder = root / "columns" / msid / name
            files = sealed_files((folder / "manifest").read_bytes(), name, folder)
            assert {file.name for file in files} == {path.name for path in folder.glob("*.h5")}
            assert [file.fault(folder) for file in files] == [None] * len(files)
            assert [is_of_texts(file) for file in files] == [(msid, name) == ("MODE", "full")] * len(files)

    @pytest.mark.parametrize("name", PRODUCTS)
    def test_every_file_that_is_cut_short_has_one(self, root, name):
        folder = root / "columns" / "MODE" / name
        file = sealed_files((folder / "manifest").read_bytes(), name, folder)[0]
        content = (folder / file.name).read_bytes()
        for size in sorted({0, 1, 47, 48, 500, len(content) // 2, len(content) - 1}):
            (folder / file.name).write_bytes(content[:size])
            assert file.fault(folder) is not None

    @pytest.mark.parametrize("column", ["times", "values"])
    def test_a_bit_of_any_chunk(self, root, column):
        from jeta.archive.segment import SegmentFile

        folder = root / "columns" / "MODE" / "full"
        file = sealed_files((folder / "manifest").read_bytes(), "full", folder)[0]
        with SegmentFile(folder, file.told) as segment:
            places = segment.chunks[f"{column}_offset"] + segment.chunks[f"{column}_bytes"] // 2
        content = (folder / file.name).read_bytes()
        for place in places.tolist():
            (folder / file.name).write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
            assert "checksum" in file.fault(folder)

    def test_another_file_of_the_same_name(self, root):
        """A file that is whole but another one is found out."""
        folder, other = root / "columns" / "FINE" / "full", root / "columns" / "TEMP" / "full"
        file = sealed_files((folder / "manifest").read_bytes(), "full", folder)[0]
        (folder / file.name).write_bytes(next(other.glob("*.h5")).read_bytes())
        assert file.fault(folder) is not None

    def test_a_file_that_is_not_there(self, root, tmp_path):
        folder = root / "columns" / "FINE" / "full"
        file = sealed_files((folder / "manifest").read_bytes(), "full", folder)[0]
        with pytest.raises(FileNotFoundError):
            file.fault(tmp_path)

    def test_a_manifest_tells_how_far_it_is(self, root):
        folder = root / "columns" / "FINE" / "full"
        assert folded_of((folder / "manifest").read_bytes(), "full", folder) == 3
        with pytest.raises(ArchiveCorruptError):
            folded_of(b"x", "full", folder)


class TestMemory:
    def test_what_is_saved_is_loaded(self, tmp_path):
        known = Memory("/a", ("TEMP", "S*"), ("full", "daily"), 7, {"8": "ab"}, ["tdb/a.yaml"])
        memory.save(tmp_path, known)
        assert memory.load(tmp_path) == known
        assert memory.load(tmp_path / "other") is None

    @pytest.mark.parametrize("content", ["", "[]", "{}", '{"file": "other"}', "null"])
    def test_damage(self, tmp_path, content):
        (tmp_path / "mirror").mkdir()
        (tmp_path / "mirror" / "source.json").write_text(content)
        with pytest.raises(ArchiveCorruptError, match="make a new mirror elsewhere"):
            memory.load(tmp_path)

    def test_choice(self):
        known = ["SA_A", "SA_B", "SE_C"]
        assert Memory("", None, PRODUCTS).choose(known) == known
        assert Memory("", ("SA_*", "NO_SUCH"), PRODUCTS).choose(known) == ["SA_A", "SA_B"]
        assert Memory("", ("SE_C",), PRODUCTS).choose(known) == ["SE_C"]

    def test_typed_names(self):
        assert chosen_msids(None, ["A"], "here") is None
        assert chosen_msids(["a", "A", "*"], ["A"], "here") == ("A", "*")
        with pytest.raises(UnknownMsidError):
            chosen_msids("b", ["A"], "here")
        with pytest.raises(StatError, match="no product was chosen"):
            chosen_products([])

    @pytest.mark.parametrize(
        ("before", "given", "prune", "after"),
        [
            (("A",), ("B",), False, ("A", "B")),
            (("A",), ("B",), True, ("B",)),
            (("A",), None, False, ("A",)),
            (("A",), None, True, ("A",)),
            (None, ("B",), False, None),
            (None, ("B",), True, ("B",)),
        ],
        ids=range(6),
    )
    def test_names_come_to_those_before_unless_pruned(self, before, given, prune, after):
        assert joined(Memory("", before, ("full",)), given, ("daily",), prune=prune) == (
            after,
            ("daily",) if prune else ("full", "daily"),
        )


class TestPacked:
    def test_the_same_content_is_the_same_bytes(self):
        content = {"file": "x", "more": [1, "ä"]}
        assert packed.pack(content) == packed.pack(content)
        assert packed.unpack(packed.pack(content), "here", "x") == content

    @pytest.mark.parametrize(
        "data",
        [b"", b"x", gzip.compress(b"3"), gzip.compress(b'{"file": "y"}'), gzip.compress(b'{"file": "x"}')[:-3]],
        ids=range(5),
    )
    def test_anything_else_is_an_error(self, data):
        with pytest.raises(ArchiveCorruptError, match="here is damaged"):
            packed.unpack(data, "here", "x")


class TestCommits:
    def test_a_commit_of_no_msid_is_a_commit(self, root):
        """It is read, found to have nothing, and folded."""
        layout = Layout(root)
        write_journal(layout.commit(5), {}, "nobody")
        commit = JournalFile(layout.commit(5))
        assert commit.names() == []
        assert commit.find("TEMP") is None
        assert [each.number for each in JetaReader(root).journal_files()] == [4, 5]
        from jeta.archive import Writer
        from jeta.operations import verify

        assert verify(root) == []
        with Writer(root) as writer:
            writer.fold()
            assert writer.pending() == (0, 0)

    def test_only_the_chosen_rows_are_written_and_told_apart(self, root, tmp_path):
        (commit,) = JetaReader(root).journal_files()
        layout = Layout(tmp_path / "b")
        layout.journal.mkdir(parents=True)
        commits.write(commit, ["TEMP", "MODE", "OTHER"], layout, "here")
        (written,) = commits.present(layout).values()
        assert written.names() == ["MODE", "TEMP"]
        for name in written.names():
            one, other = (each.read(each.find(name)) for each in (commit, written))
            assert np.array_equal(one.ticks, other.ticks)
        assert commits.digest_of(commit, ["TEMP"]) != commits.digest_of(commit, ["TEMP", "MODE"])
        assert commits.digest_of(commit, []) == commits.digest_of(commit, ["OTHER"])

    def test_rows_that_wait_no_longer_are_outdated(self, root):
        waiting = JetaReader(root).journal_files()
        there = commits.present(Layout(root))
        assert commits.outdated(there, waiting, "TEMP") == 0
        assert commits.outdated(there, [], "TEMP") == 4
        assert commits.outdated(there, [], "OTHER") == 0
        assert commits.outdated({4: None}, [], "TEMP") == 0

    def test_a_commit_that_was_folded_meanwhile(self, root, tmp_path):
        (commit,) = JetaReader(root).journal_files()
        commit.path.unlink()
        with pytest.raises(ChangedError):
            commits.write(commit, ["TEMP"], Layout(tmp_path), "here")


class TestFolderSource:
    def test_a_look(self, root):
        source = FolderSource(root)
        look = source.look()
        assert look.msids == ["COUNTS", "FINE", "MODE", "TEMP"]
        assert look.touching("TEMP") == [4]
        assert json_settings(look.settings) == JetaReader(root).config
        assert source.tokens_of(["TEMP"])["TEMP"] == tuple(
            token((root / "columns" / "TEMP" / name / "manifest").read_bytes()) for name in PRODUCTS
        )

    def test_tokens_change_with_the_manifests(self, root):
        source = FolderSource(root)
        os.utime(root / "columns" / "TEMP" / "full" / "manifest", (1, 1))
        before = source.tokens("TEMP")
        content = (root / "columns" / "FINE" / "full" / "manifest").read_bytes()
        (root / "columns" / "TEMP" / "full" / "manifest").write_bytes(content)
        assert source.tokens("TEMP") != before

    def test_a_manifest_that_changes_between_is_seen(self, root, monkeypatch):
        source = FolderSource(root)
        source.column("TEMP")
        found = iter([b"one", b"", b"", b"two"])
        monkeypatch.setattr(source, "_manifest", lambda *_: next(found))
        with pytest.raises(ChangedError):
            source.column("TEMP")

    def test_files_that_are_gone(self, root, tmp_path):
        source = FolderSource(root)
        for ask in (
            lambda: source.take("columns/NO/full/x.h5", tmp_path / "x", None),
            lambda: source.size_of("columns/NO/full/x.h5"),
            lambda: source.read_plain("tdb/no.yaml", ""),
        ):
            with pytest.raises(ChangedError):
                ask()

    def test_folders_that_are_no_msids_are_passed_over(self, root):
        (root / "columns" / "lower").mkdir()
        (root / "columns" / ".hidden").mkdir()
        (root / "columns" / "FILE").touch()
        assert FolderSource(root).look().msids == ["COUNTS", "FINE", "MODE", "TEMP"]

    def test_a_lost_state_is_found_out(self, root):
        before = FolderSource(root).look().state
        (root / "state.json").unlink()
        assert FolderSource(root).look().state == before

    def test_the_state_of_a_commit_with_a_name_that_is_a_path(self, root):
        rows = delivery(np.random.default_rng(0))["TEMP"]
        write_journal(Layout(root).commit(5), {"../../EVIL": rows})
        with pytest.raises(ArchiveCorruptError, match="which can be none"):
            FolderSource(root).look()


@pytest.mark.parametrize("count", [0, 1, 20])
def test_files_are_brought_to_the_disk(tmp_path, count):
    paths = [tmp_path / str(number) for number in range(count)]
    for path in paths:
        path.write_bytes(b"x")
    durable.settle(paths, tmp_path)


def test_a_disk_that_fails_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "open", lambda *_: 12345)
    monkeypatch.setattr(os, "close", lambda _: None)
    with pytest.raises(OSError, match="descriptor"):
        durable.settle([tmp_path] * 20, tmp_path)


def test_the_memory_is_plain_json(tmp_path):
    memory.save(tmp_path, Memory("/a", None, PRODUCTS))
    assert json.loads((tmp_path / "mirror" / "source.json").read_text())["msids"] is None
    assert manifest.EMPTY.rows == 0
