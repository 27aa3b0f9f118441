"""`mirror` over http: an index that is kept up to date, and servers that answer badly."""

from __future__ import annotations

import gzip
import json
import random
import time
from functools import partial

import numpy as np
import pytest

from jeta.archive import Writer
from jeta.errors import (
    ArchiveCorruptError,
    ArchiveLockedError,
    ArchiveMismatchError,
    ArchiveNotFoundError,
    SourceError,
    SourceSpecError,
)
from jeta.mirror import mirror as real_mirror
from jeta.mirror import passes, web_source, write_index
from mirror.mirror_lab import answer, assert_same, errors, rows, served, stall
from operations.lab import MSIDS, delivery, filled, small, tree

mirror = partial(real_mirror, timeout_s=5.0)


@pytest.fixture
def source(tmp_path, monkeypatch):
    small(monkeypatch)
    root = filled(tmp_path / "source", pending=0)
    write_index(root)
    return root


@pytest.fixture
def dest(tmp_path):
    return tmp_path / "dest"


@pytest.fixture
def hurried(monkeypatch):
    """Retries without pauses."""
    monkeypatch.setattr(web_source, "PAUSE_S", 0.001)
    monkeypatch.setattr(passes, "_LONGEST_WAIT_S", 0.001)


def change(root, seed=5, names=MSIDS):
    with Writer(root) as writer:
        rows_by_msid = delivery(np.random.default_rng(seed), 30)
        writer.commit({name: rows_by_msid[name] for name in names})
        writer.fold()


def test_a_mirror_over_http_gives_the_same(source, dest):
    with served(source) as (url, _):
        report = mirror(url, dest)
        assert report.changed == MSIDS
        assert_same(source, dest)
        change(source, names=("TEMP",))
        write_index(source)
        assert mirror(None, dest).changed == ("TEMP",)
        assert_same(source, dest)


def test_only_what_is_chosen_and_new_is_asked_for(source, dest):
    with served(source) as (url, asked):
        mirror(url, dest, msids="TEMP", products="full")
        assert all("/mirror/" in path or "/columns/TEMP/full/" in path for path in asked)
        asked.clear()
        mirror(url, dest)
        assert asked == ["/mirror/index.json.gz"]
        change(source, names=("FINE",))
        write_index(source)
        asked.clear()
        mirror(url, dest)
        assert asked == ["/mirror/index.json.gz"]


def test_what_waits_in_the_journal_comes_when_it_is_folded(source, dest):
    with served(source) as (url, _):
        with Writer(source) as writer:
            writer.commit(delivery(np.random.default_rng(9), 30))
        assert write_index(source).changed == 0
        mirror(url, dest)
        assert errors(dest) == []
        with Writer(source) as writer:
            writer.fold()
        write_index(source)
        mirror(url, dest)
        assert_same(source, dest)


def test_an_address_with_a_path_and_a_slash(source, dest):
    with served(source.parent) as (url, _):
        mirror(f"{url}/source/", dest)
        mirror(f"{url}/source", dest)
        assert_same(source, dest)


def test_a_mirror_that_is_published_keeps_its_own_index_up_to_date(source, dest, tmp_path):
    mirror(source, dest)
    write_index(dest)
    change(source)
    mirror(None, dest)
    with served(dest) as (url, _):
        mirror(url, tmp_path / "third")
    assert_same(source, tmp_path / "third")


class TestIndex:
    """What is written when."""

    def test_nothing_is_written_anew_that_has_not_changed(self, source):
        lists = {path: path.stat().st_mtime_ns for path in (source / "mirror" / "columns").iterdir()}
        assert len(lists) == len(MSIDS)
        change(source, names=("TEMP",))
        report = write_index(source)
        assert (report.msids, report.changed) == (len(MSIDS), 1)
        now = {path.name for path in lists if path.stat().st_mtime_ns != lists[path]}
        assert now == {"TEMP.json.gz"}

    def test_msids_that_are_gone_go(self, source):
        from jeta import operations

        operations.truncate(source, -1.0, msids="TEMP")
        assert write_index(source).msids == len(MSIDS) - 1
        assert not (source / "mirror" / "columns" / "TEMP.json.gz").exists()

    def test_a_damaged_index_is_made_again(self, source, dest):
        (source / "mirror" / "index.json.gz").write_bytes(b"x")
        (source / "mirror" / "columns" / "TEMP.json.gz").write_bytes(b"x")
        assert write_index(source).changed == len(MSIDS)
        with served(source) as (url, _):
            mirror(url, dest)
        assert_same(source, dest)

    def test_a_missing_segment_is_named(self, source):
        change(source, names=("TEMP",))
        segment = next((source / "columns" / "TEMP" / "full").glob("*.h5"))
        segment.unlink()
        (source / "mirror" / "columns" / "TEMP.json.gz").unlink()
        with pytest.raises(ArchiveCorruptError, match=segment.name):
            write_index(source)

    def test_passwords_of_the_catalog_are_not_published(self, source):
        settings = source / "archive.yaml"
        settings.write_text(settings.read_text() + "catalog: postgresql://ann:secret@host/jeta\n")
        write_index(source)
        index = json.loads(gzip.decompress((source / "mirror" / "index.json.gz").read_bytes()))
        assert "secret" not in json.dumps(index)

    def test_backups_and_destruction_know_the_folder(self, source, tmp_path):
        from jeta import operations

        backup = operations.backup(source, tmp_path / "backups").path
        assert not list(backup.glob("mirror/**/*.json.gz"))
        operations.destroy(source, yes=True)
        assert not source.exists()


class TestBadServers:
    """A server that fails now and then is asked again; one that always fails is an error, and nothing wrong counts."""

    def now_and_then(self, source, dest, misbehave, share=0.4):
        chance = random.Random(1)

        def mischief(handler):
            return chance.random() < share and misbehave(handler)

        with served(source, mischief) as (url, asked):
            mirror(url, dest, retries=12)
            assert len(asked) > 12
        assert_same(source, dest)

    def content(self, source, handler):
        return (source / handler.path.lstrip("/")).read_bytes()

    @pytest.mark.parametrize("status", [500, 502, 503, 429, 408])
    def test_failures_that_pass(self, source, dest, hurried, status):
        self.now_and_then(source, dest, partial(answer, status=status))

    def test_answers_cut_short(self, source, dest, hurried):
        def misbehave(handler):
            content = self.content(source, handler)
            return answer(handler, 200, content[: len(content) // 2], len(content))

        self.now_and_then(source, dest, misbehave)

    def test_answers_cut_short_that_say_they_are_whole(self, source, dest, hurried):
        def misbehave(handler):
            content = self.content(source, handler)
            return answer(handler, 200, content[: len(content) // 2])

        self.now_and_then(source, dest, misbehave)

    def test_wrong_bytes_anywhere(self, source, dest, hurried):
        chance = random.Random(2)

        def misbehave(handler):
            content = bytearray(self.content(source, handler))
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
            return answer(handler, 200, bytes(content))

        self.now_and_then(source, dest, misbehave)
        assert {path: content for path, content in tree(dest).items() if path.startswith("columns/")} == {
            path: content for path, content in tree(source).items() if path.startswith("columns/")
        }

    def test_a_server_that_stalls(self, source, dest, hurried):
        with served(source, stall(3)) as (url, asked):
            start = time.monotonic()
            with pytest.raises(SourceError, match="gave no answer after 2 attempts"):
                real_mirror(url, dest, timeout_s=0.2, retries=1)
            assert time.monotonic() - start < 2.5
            assert len(asked) == 2
        assert not dest.exists()

    def test_a_segment_that_always_comes_damaged_is_named(self, source, dest, hurried):
        def mischief(handler):
            if "/columns/TEMP/full/" not in handler.path:
                return False
            content = self.content(source, handler)
            return answer(handler, 200, content[:-1] + bytes([content[-1] ^ 1]))

        with served(source, mischief) as (url, _), pytest.raises(SourceError, match=r"columns/TEMP/full/.*digest"):
            mirror(url, dest, retries=1)
        assert errors(dest) == []
        mirror_of_all = [path.name for path in (dest / "columns").glob("*/full/manifest")]
        assert "TEMP" not in mirror_of_all

    def test_a_server_that_is_gone(self, source, dest, hurried):
        with served(source) as (url, _):
            mirror(url, dest)
        with pytest.raises(SourceError, match="gave no answer"):
            mirror(None, dest, retries=1)
        assert_same(source, dest)

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_server_that_refuses(self, source, dest, status):
        wanted = pytest.raises(SourceError, match="files that anybody may read")
        with served(source, partial(answer, status=status)) as (url, _), wanted:
            mirror(url, dest)

    def test_a_page_in_the_place_of_an_index(self, source, dest, hurried):
        page = partial(answer, status=200, content=b"<html>log in</html>")
        with served(source, page) as (url, _), pytest.raises(SourceError, match="damaged or of another version"):
            mirror(url, dest, retries=1)

    def test_answers_without_end(self, source, dest, hurried):
        """No more is taken than was announced."""

        def mischief(handler):
            if not handler.path.startswith("/columns/"):
                return False
            handler.send_response(200)
            handler.end_headers()
            try:
                for _ in range(2000):
                    handler.wfile.write(bytes(10_000))
            except OSError:
                pass
            return True

        with served(source, mischief) as (url, _), pytest.raises(ArchiveCorruptError, match="has more than"):
            mirror(url, dest)

    def test_redirections(self, source, dest):
        """One is followed; those without end are an error."""
        with served(source) as (real, _):

            def away(handler):
                handler.send_response(302)
                handler.send_header("Location", real + handler.path)
                handler.end_headers()
                return True

            with served(source, away) as (url, _):
                mirror(url, dest)
        assert_same(source, dest)

        def around(handler):
            handler.send_response(302)
            handler.send_header("Location", handler.path)
            handler.end_headers()
            return True

        with served(source, around) as (url, _), pytest.raises(SourceError):
            mirror(url, dest.with_name("other"), retries=0)


class TestStaleIndex:
    """The source was folded, and its index is that of before."""

    def test_msids_that_changed_stay_and_others_come(self, source, dest, hurried):
        with served(source) as (url, _):
            mirror(url, dest, msids=["TEMP", "MODE"])
            before = rows(dest, "TEMP")
            change(source, 5, ("TEMP",))
            write_index(source)
            change(source, 6, ("TEMP",))
            with pytest.raises(ArchiveLockedError, match="jeta mirror --index"):
                mirror(url, dest, msids="FINE")
            assert rows(dest, "TEMP") == before
            assert rows(dest, "FINE") == rows(source, "FINE")
            assert errors(dest) == []
            write_index(source)
            mirror(url, dest)
            assert_same(source, dest, ["FINE", "MODE", "TEMP"])

    def test_an_index_that_is_renewed_meanwhile(self, source, dest, hurried):
        done = []

        def mischief(handler):
            if "/columns/TEMP/full/" in handler.path and not done:
                done.append(True)
                change(source)
                write_index(source)
            return False

        with served(source, mischief) as (url, _):
            mirror(url, dest)
        assert done
        assert_same(source, dest)

    def test_no_index(self, source, dest):
        (source / "mirror" / "index.json.gz").unlink()
        with served(source) as (url, _), pytest.raises(ArchiveNotFoundError, match="jeta mirror --index"):
            mirror(url, dest)
        assert not dest.exists()


@pytest.mark.parametrize(
    "url", ["ftp://host/a", "http://", "http://host/a?b=c", "http://ann:secret@host/a", "file:///etc"]
)
def test_addresses_that_are_none(tmp_path, url):
    with pytest.raises(SourceSpecError, match="no address to mirror from"):
        mirror(url, tmp_path / "dest")


def test_http_and_folder_are_different_sources(source, dest):
    mirror(source, dest)
    with served(source) as (url, _):
        with pytest.raises(ArchiveMismatchError):
            mirror(url, dest)
        assert mirror(url, dest, moved=True).changed == ()
        assert_same(source, dest)
