"""Sources that are out for harm: whatever they name, nothing is written outside of the mirror, and they get an error."""

from __future__ import annotations

import base64
import gzip
import json
import os
import zlib

import numpy as np
import pytest

from jeta.archive import manifest, product
from jeta.errors import ArchiveCorruptError, JetaError, SourceError
from jeta.mirror import mirror, packed, passes, web_source, write_index
from jeta.mirror.names import is_plain
from mirror.mirror_lab import served
from operations.lab import filled

PATHS = [
    "../evil",
    "..",
    ".",
    "/etc/evil",
    "a/b",
    "a\\b",
    "C:evil",
    "",
    "a\x00b",
    "a\nb",
    "CON",
    "temp",
    ".hidden",
    "x" * 200,
    "%2e%2e/evil",
]


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.setattr(web_source, "PAUSE_S", 0.001)
    monkeypatch.setattr(passes, "_LONGEST_WAIT_S", 0.001)
    root = filled(tmp_path / "server" / "source", pending=0)
    write_index(root)
    return root


@pytest.fixture
def attempt(tmp_path, source):
    """Mirror over http and expect an error; nothing but the mirror may be there afterwards."""

    def attempt(error=JetaError):
        place = tmp_path / "home"
        place.mkdir(exist_ok=True)
        before = sorted(os.listdir(tmp_path))
        with served(source) as (url, _), pytest.raises(error) as raised:
            mirror(url, place / "dest", retries=1)
        assert sorted(os.listdir(tmp_path)) == before
        assert set(os.listdir(place)) <= {"dest"}
        for path in (place / "dest").rglob("*"):
            assert not path.is_symlink()
            assert "evil" not in path.name
        return raised.value

    return attempt


def change_index(source, change):
    path = source / "mirror" / "index.json.gz"
    told = json.loads(gzip.decompress(path.read_bytes()))
    change(told)
    path.write_bytes(packed.pack(told))


def change_list(source, change, msid="TEMP"):
    """Change what is published of an MSID, and have the index agree."""
    path = source / "mirror" / "columns" / f"{msid}.json.gz"
    told = json.loads(gzip.decompress(path.read_bytes()))
    change(told)
    path.write_bytes(packed.pack(told))
    from jeta.mirror.look import token

    tokens = [
        token(base64.b64decode(told["manifests"][name])) if name in told["manifests"] else ""
        for name in ("full", "5min", "daily")
    ]
    change_index(source, lambda index: index["msids"].update({msid: tokens}))


@pytest.mark.parametrize("name", PATHS, ids=range(len(PATHS)))
def test_names_of_msids(source, attempt, name):
    change_index(source, lambda told: told["msids"].update({name: told["msids"]["TEMP"]}))
    assert "which can be none" in str(attempt(SourceError))


@pytest.mark.parametrize(
    "path",
    [
        *PATHS,
        "tdb/../../evil.yaml",
        "tdb//evil.yaml",
        "flags/evil.json",
        "mirror/source.json",
        "archive.yaml",
        "state.json",
        "columns/TEMP/full/manifest",
        "tdb/.evil.yaml",
        "tdb/a/evil.yaml",
    ],
)
def test_names_of_small_files(source, attempt, path):
    assert not is_plain(path)
    change_index(source, lambda told: told["plain"].update({path: "0" * 64}))
    assert "none that a mirror takes" in str(attempt(SourceError))


@pytest.mark.parametrize("fold", [b"../../ev", b"/etc/evi", b"a\x00b", b"..", b"\xff\xfe"])
def test_names_of_segments(source, attempt, fold):
    """A segment's name is made of what its line in the manifest says."""

    def change(told):
        known = manifest.from_bytes(base64.b64decode(told["manifests"]["full"]), source)
        segments = known.segments.copy()
        segments["fold"] = fold
        forged = manifest.to_bytes(manifest.Manifest(segments, known.folded, known.generation))
        told["manifests"]["full"] = base64.b64encode(forged).decode()

    change_list(source, change)
    told = str(attempt(ArchiveCorruptError))
    assert "gives to none" in told or "there cannot be" in told


@pytest.mark.parametrize("name", ["../../evil.h5", "/tmp/evil.h5", "manifest", "1ms-1-aaaaaaaa-0.h5/../../evil.h5"])
def test_names_of_files_of_statistics(source, attempt, name):
    def change(told):
        known = product.from_bytes(base64.b64decode(told["manifests"]["daily"]), source)
        from dataclasses import replace

        forged = replace(known, files=tuple(replace(file, name=name) for file in known.files))
        told["manifests"]["daily"] = base64.b64encode(product.to_bytes(forged)).decode()

    change_list(source, change, "FINE")
    assert "gives to none" in str(attempt(ArchiveCorruptError))


@pytest.mark.parametrize("field", ["chunks", "levels", "text_bytes", "chunks_offset", "resolution", "rows"])
@pytest.mark.parametrize("value", [-1, 2**31 - 1], ids=["negative", "huge"])
def test_numbers_of_segments(source, attempt, field, value):
    """No memory is taken for what a line says before the file is seen to be as large."""

    def change(told):
        known = manifest.from_bytes(base64.b64decode(told["manifests"]["full"]), source)
        segments = known.segments.copy()
        segments[field] = value
        forged = manifest.to_bytes(manifest.Manifest(segments, known.folded, known.generation))
        told["manifests"]["full"] = base64.b64encode(forged).decode()

    change_list(source, change)
    attempt(ArchiveCorruptError)


def test_an_index_that_unpacks_to_more_than_there_is_room_for(source, attempt, monkeypatch):
    monkeypatch.setattr(packed, "LARGEST_BYTES", 1_000_000)
    (source / "mirror" / "index.json.gz").write_bytes(gzip.compress(b" " * 50_000_000))
    assert "unpacks to more" in str(attempt(SourceError))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[" * 100_000,
        b'{"file": "jeta mirror index 1"}',
        b'{"file": "jeta mirror index 1", "msids": 3}',
        b"\xff",
    ],
    ids=["nothing", "empty", "deep", "lacking", "wrong", "bytes"],
)
def test_an_index_that_is_none(source, attempt, content):
    (source / "mirror" / "index.json.gz").write_bytes(gzip.compress(content))
    assert "damaged or of another version" in str(attempt(SourceError))


@pytest.mark.parametrize("seed", range(40))
def test_an_index_with_any_bytes_wrong(source, attempt, tmp_path, seed):
    """It is found damaged, or says what it said."""
    path = source / "mirror" / "index.json.gz"
    rng = np.random.default_rng(seed)
    content = bytearray(path.read_bytes())
    for place in rng.integers(0, len(content), 3).tolist():
        content[place] ^= int(rng.integers(1, 256))
    try:
        same = zlib.decompress(bytes(content), 31) == gzip.decompress(path.read_bytes())
    except zlib.error:
        same = False
    path.write_bytes(bytes(content))
    if not same:
        attempt(SourceError)


def test_settings_that_are_none(source, attempt):
    change_index(source, lambda told: told["settings"].update(time_system="evil"))
    attempt(ArchiveCorruptError)
    change_index(source, lambda told: told.update(settings={"catalog": "sqlite:///evil.db", "name": "a"}))
    attempt(ArchiveCorruptError)


def test_links_in_the_mirror_are_not_followed(tmp_path, source):
    outside = tmp_path / "outside"
    outside.mkdir()
    mirror(source, tmp_path / "dest", msids="TEMP")
    (tmp_path / "dest" / "columns" / "FINE").symlink_to(outside)
    with pytest.raises(ArchiveCorruptError, match="is a link"):
        mirror(None, tmp_path / "dest", msids="FINE")
    (tmp_path / "dest" / "tdb").rmdir()
    (tmp_path / "dest" / "tdb").symlink_to(outside)
    (source / "tdb" / "a.yaml").write_text("TEMP:\n  unit: K\n")
    with pytest.raises(ArchiveCorruptError, match="is a link"):
        mirror(None, tmp_path / "dest")
    assert os.listdir(outside) == []


def test_a_pipe_among_the_files_of_a_source_does_not_hang(tmp_path, source):
    segment = next((source / "columns" / "TEMP" / "full").glob("*.h5"))
    segment.unlink()
    os.mkfifo(segment)
    os.mkfifo(source / "tdb" / "a.yaml")
    with pytest.raises(ArchiveCorruptError, match=r"a\.yaml is no file"):
        mirror(source, tmp_path / "dest")
    (source / "tdb" / "a.yaml").unlink()
    with pytest.raises(ArchiveCorruptError, match=r"is no file"):
        mirror(source, tmp_path / "dest")
