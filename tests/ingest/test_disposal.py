"""Source files put away: never over another, never lost, and the same again when done again."""

from __future__ import annotations

import errno
import gzip
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeta.files import ASIDE_PREFIX
from jeta.ingest import disposal
from jeta.ingest.disposal import check_name, compress, move, place_for, put_away, reject

DAY = date(2022, 3, 1)
CONTENT = b"telemetry\n" * 1000


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "staging"
    folder.mkdir()
    path = folder / "E1.h5"
    path.write_bytes(CONTENT)
    os.utime(path, ns=(0, 1_650_000_000_123_456_789))
    return path


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "processed"
    made.mkdir()
    return made


@pytest.fixture
def elsewhere():
    """A folder on another file system."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK) or memory.stat().st_dev == Path(tempfile.gettempdir()).stat().st_dev:
        pytest.skip("there is no second file system at /dev/shm")
    with tempfile.TemporaryDirectory(dir=memory) as made:
        yield Path(made)


def tree(folder):
    """Every file below a folder, with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# Names and places


def test_a_place_has_year_and_day(folder):
    assert place_for(folder, "E1.h5", DAY) == folder / "2022" / "060" / "E1.h5"
    assert place_for(folder, "E1.h5", date(2024, 12, 31)).parts[-3:-1] == ("2024", "366")


@pytest.mark.parametrize(
    ("name", "second"),
    [
        ("E1.h5", "E1~2.h5"),
        ("a.csv.gz", "a~2.csv.gz"),
        ("v1.2.csv", "v1.2~2.csv"),
        ("README", "README~2"),
        ("a.", "a~2."),
        (".hidden", ".hidden~2"),
        ("two\nlines.h5", "two\nlines~2.h5"),
        (os.fsdecode(b"\xff.h5"), os.fsdecode(b"\xff~2.h5")),
    ],
)
def test_a_name_that_is_taken_gets_a_number(folder, name, second):
    first = place_for(folder, name, DAY)
    first.parent.mkdir(parents=True)
    assert first.name == name
    first.write_bytes(b"other")
    assert place_for(folder, name, DAY).name == second
    (first.parent / second).symlink_to(folder / "nothing")
    assert "~3" in place_for(folder, name, DAY).name


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/etc/passwd", "../a.h5", "a\0b"])
def test_names_that_lead_elsewhere_are_refused(folder, name):
    with pytest.raises(ValueError, match="is not the name of a file"):
        place_for(folder, name, DAY)
    with pytest.raises(ValueError, match="is not the name of a file"):
        check_name(name)


@given(st.binary(min_size=1, max_size=255).map(os.fsdecode).filter(lambda name: not set(name) & {"/", "\0"}))
def test_any_name_that_a_file_can_have_gets_a_place(name):
    if name in {".", ".."}:
        return
    place = place_for(Path("/processed"), name, DAY)
    assert place.parent == Path("/processed/2022/060")
    assert len(os.fsencode(place.name)) <= 255 - len(".reason.txt") - len("~123.gz")


@pytest.mark.parametrize("name", ["x" * 255, "x" * 250 + ".h5", "é" * 126 + ".h5", "." + "x" * 254, "a." + "x" * 253])
def test_a_very_long_name_can_be_compressed_and_rejected(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(CONTENT)
    packed = put_away(path, tmp_path / "done", DAY, compressed=True)
    path.write_bytes(CONTENT)
    rejected = reject(path, tmp_path / "bad", "broken")
    assert gzip.decompress(packed.read_bytes()) == rejected.read_bytes() == CONTENT
    assert rejected.with_name(rejected.name + ".reason.txt").is_file()


# Moving


def test_move(source, folder):
    before = source.stat()
    target = move(source, folder / "E1.h5")
    assert target == folder / "E1.h5"
    assert (target.read_bytes(), target.stat().st_mtime_ns) == (CONTENT, before.st_mtime_ns)
    assert not source.exists()


def test_move_to_another_file_system(source, elsewhere):
    before = source.stat()
    target = move(source, elsewhere / "E1.h5")
    assert (target.read_bytes(), target.stat().st_mtime_ns) == (CONTENT, before.st_mtime_ns)
    assert tree(elsewhere) == {"E1.h5": CONTENT}
    assert not source.exists()


@pytest.mark.parametrize("put", [move, compress])
@pytest.mark.parametrize("is_near", [True, False])
def test_another_file_is_never_replaced(source, folder, elsewhere, put, is_near):
    into = folder if is_near else elsewhere
    for name in ("E1.h5", "E1.h5.gz"):
        (into / name).write_bytes(b"other")
    with pytest.raises(FileExistsError, match="another file has that name"):
        put(source, into / "E1.h5")
    assert tree(into) == {"E1.h5": b"other", "E1.h5.gz": b"other"}
    assert source.read_bytes() == CONTENT


@pytest.mark.parametrize("kind", ["link", "folder", "broken link"])
@pytest.mark.parametrize("put", [move, compress])
def test_what_is_no_file_is_never_replaced(source, folder, put, kind):
    for name in ("E1.h5", "E1.h5.gz"):
        if kind == "folder":
            (folder / name).mkdir()
        else:
            (folder / name).symlink_to(source if kind == "link" else folder / "nothing")
    with pytest.raises(FileExistsError):
        put(source, folder / "E1.h5")
    assert source.read_bytes() == CONTENT


@pytest.mark.parametrize("is_linked", [True, False], ids=["linked", "copied"])
def test_a_move_that_was_killed_is_finished(source, folder, is_linked):
    """The file is in both places then: it is recognised, whether it is the same or a copy."""
    target = folder / "E1.h5"
    target.hardlink_to(source) if is_linked else target.write_bytes(CONTENT)
    assert move(source, target) == target
    assert (tree(folder), source.exists()) == ({"E1.h5": CONTENT}, False)


def test_same_size_is_not_the_same_content(source, folder):
    (folder / "E1.h5").write_bytes(CONTENT[:-1] + b"x")
    with pytest.raises(FileExistsError):
        move(source, folder / "E1.h5")


@pytest.mark.parametrize("put", [move, compress, lambda path, target: reject(path, target.parent, "x")])
def test_links_and_folders_stay(source, folder, put):
    """A link's content is not in it: moving it would lose sight of the file, or take one from elsewhere."""
    link = source.with_name("link.h5")
    link.symlink_to(source)
    for path in (link, source.parent):
        with pytest.raises(OSError, match="not a plain file"):
            put(path, folder / path.name)
    assert (link.is_symlink(), source.read_bytes(), tree(folder)) == (True, CONTENT, {})


@pytest.mark.parametrize("put", [move, compress, lambda path, target: reject(path, target.parent, "x")])
def test_a_file_that_is_gone(source, folder, put):
    source.unlink()
    with pytest.raises(FileNotFoundError):
        put(source, folder / "E1.h5")
    assert tree(folder) == {}


def test_a_file_that_grows_while_it_is_copied_stays(source, elsewhere, monkeypatch):
    def copied_while_growing(one, two, size):
        two.write(one.read())
        with source.open("ab") as file:
            file.write(b"more")

    monkeypatch.setattr(disposal.shutil, "copyfileobj", copied_while_growing)
    for put in (move, compress):
        with pytest.raises(BlockingIOError, match="changed while it was copied"):
            put(source, elsewhere / "E1.h5")
    assert tree(elsewhere) == {}
    assert source.read_bytes() == CONTENT + b"more" * 2


def test_a_full_disk_loses_nothing(source, elsewhere, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(disposal.shutil, "copyfileobj", full)
    for put in (move, compress):
        with pytest.raises(OSError, match="No space left"):
            put(source, elsewhere / "E1.h5")
    assert (tree(elsewhere), source.read_bytes()) == ({}, CONTENT)


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_file_system_without_links(source, folder, monkeypatch, number):
    def no_links(*arguments, **options):
        raise OSError(number, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    assert move(source, folder / "E1.h5").read_bytes() == CONTENT
    assert tree(folder) == {"E1.h5": CONTENT}


def test_a_read_only_file_can_be_moved(source, folder, elsewhere):
    source.chmod(0o400)
    there = move(source, elsewhere / "E1.h5")
    assert move(there, folder / "E1.h5").read_bytes() == CONTENT


READ_ONLY = """
import os, sys
from datetime import date
from pathlib import Path
from jeta.ingest.disposal import put_away
if os.getuid() == 0:
    os.seteuid(65534)
try:
    put_away(Path(sys.argv[1]), Path(sys.argv[2]), date(2022, 3, 1), compressed=sys.argv[3] == "compress")
except PermissionError as err:
    print("refused", err)
"""


@pytest.mark.parametrize("how", ["move", "compress"])
def test_a_folder_that_may_not_be_written_keeps_its_file(tmp_path, how, environment):
    """However often it is tried, there is one copy at most, and the file stays."""
    with tempfile.TemporaryDirectory() as made:
        staging, done = Path(made, "staging"), Path(made, "done")
        staging.mkdir()
        done.mkdir()
        source = staging / "E1.h5"
        source.write_bytes(CONTENT)
        for path, mode in ((Path(made), 0o755), (staging, 0o555), (done, 0o777), (source, 0o666)):
            path.chmod(mode)
        for _ in range(2):
            ran = _python(READ_ONLY, source, done, how, env=environment)
            assert ran.stdout.startswith("refused")
        assert source.read_bytes() == CONTENT
        assert len(tree(done)) == 1
        staging.chmod(0o755)


def _python(code, *words, env):
    return subprocess.run([sys.executable, "-c", code, *words], env=env, capture_output=True, text=True, check=True)


@pytest.fixture
def environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


# Compressing


def test_compress(source, folder):
    packed = compress(source, folder / "E1.h5")
    assert packed == folder / "E1.h5.gz"
    assert gzip.decompress(packed.read_bytes()) == CONTENT
    assert packed.stat().st_mtime_ns == 1_650_000_000_123_456_789
    assert not source.exists()


def test_the_same_file_compresses_to_the_same_bytes_with_its_name_in_them(source, folder):
    packed = [compress(source, folder / name).read_bytes() for name in ("one",)]
    source.write_bytes(CONTENT)
    packed.append(compress(source, folder / "two").read_bytes())
    assert packed[0] == packed[1]
    assert packed[0][4:8] == bytes(4)
    assert b"E1.h5\0" in packed[0][:20]


@pytest.mark.parametrize("name", ["E1.h5.gz", "E1.h5"])
def test_what_is_compressed_already_is_moved(source, folder, name):
    path = source.with_name(name)
    source.rename(path)
    path.write_bytes(gzip.compress(CONTENT))
    before = path.read_bytes()
    assert compress(path, folder / name).read_bytes() == before
    assert list(tree(folder)) == [name]


def test_a_compression_that_was_killed_is_finished(source, folder):
    (folder / "E1.h5.gz").write_bytes(gzip.compress(CONTENT, 1))
    assert compress(source, folder / "E1.h5") == folder / "E1.h5.gz"
    assert (source.exists(), len(tree(folder))) == (False, 1)


@pytest.mark.parametrize("damage", [lambda packed: packed[:-9], lambda packed: packed[:20] + bytes(9) + packed[29:]])
def test_a_damaged_compressed_file_does_not_count(source, folder, damage):
    (folder / "E1.h5.gz").write_bytes(damage(gzip.compress(CONTENT)))
    with pytest.raises(FileExistsError):
        compress(source, folder / "E1.h5")
    assert source.read_bytes() == CONTENT


def test_an_empty_file_can_be_compressed(source, folder):
    source.write_bytes(b"")
    assert gzip.decompress(compress(source, folder / "E1.h5").read_bytes()) == b""


# Putting away


@pytest.mark.parametrize(("compressed", "suffix"), [(False, ""), (True, ".gz")])
def test_deliveries_of_one_name_are_all_kept(tmp_path, compressed, suffix):
    """Different content gets a name of its own; the same content, which came twice, is kept once."""
    for content in (b"one", b"two", b"one", b"three", b"two"):
        path = tmp_path / "a.csv"
        path.write_bytes(content)
        put_away(path, tmp_path / "done", DAY, compressed=compressed)
        assert not path.exists()
    found = tree(tmp_path / "done")
    assert sorted(found) == [f"2022/060/a{part}.csv{suffix}" for part in ("", "~2", "~3")]
    contents = [gzip.decompress(content) if compressed else content for content in found.values()]
    assert sorted(contents) == [b"one", b"three", b"two"]


def test_leftovers_of_killed_processes_go_after_a_day(source, folder):
    place = place_for(folder, "E1.h5", DAY)
    place.parent.mkdir(parents=True)
    old, new = (place.parent / f"{ASIDE_PREFIX}{name}" for name in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, time.time() - 2 * 86_400))
    put_away(source, folder, DAY)
    assert (old.exists(), new.exists(), place.exists()) == (False, True, True)


# Rejecting


def test_reject(source, tmp_path):
    bad = tmp_path / "rejected"
    target = reject(source, bad, "is cut off\nat the end", now_s=1_650_000_000, details={"digest": "abc"})
    assert target == bad / "E1.h5"
    assert target.read_bytes() == CONTENT
    assert (bad / "E1.h5.reason.txt").read_text().splitlines() == [
        "rejected: 2022:105:05:20:00.000 UTC",
        f"file: {source}",
        "size: 10000 bytes",
        "digest: abc",
        r"reason: is cut off\nat the end",
        "Mend it or have it sent again, and put it into the staging folder. What lies here is not needed by jeta.",
    ]
    assert not source.exists()


def test_a_name_of_any_bytes_can_be_rejected(tmp_path):
    path = tmp_path / os.fsdecode(b"\xff\n.h5")
    path.write_bytes(CONTENT)
    target = reject(path, tmp_path / "bad", "broken")
    assert target.name == path.name
    assert rf"{tmp_path}/\xff\n.h5" in (tmp_path / "bad" / f"{target.name}.reason.txt").read_text()


def test_files_of_one_name_have_reasons_of_their_own(tmp_path):
    for content in ("one", "two"):
        (tmp_path / "a.h5").write_text(content)
        reject(tmp_path / "a.h5", tmp_path / "bad", f"because of {content}")
    bad = tmp_path / "bad"
    assert sorted(tree(bad)) == ["a.h5", "a.h5.reason.txt", "a~2.h5", "a~2.h5.reason.txt"]
    assert "because of one" in (bad / "a.h5.reason.txt").read_text()
    assert "because of two" in (bad / "a~2.h5.reason.txt").read_text()


def test_a_file_that_is_rejected_again_is_kept_once_and_told_twice(source, tmp_path):
    for reason in ("first time", "second time"):
        source.write_bytes(CONTENT)
        reject(source, tmp_path / "bad", reason)
    assert len(tree(tmp_path / "bad")) == 2
    text = (tmp_path / "bad" / "E1.h5.reason.txt").read_text()
    assert text.index("first time") < text.index("second time")


def test_the_reason_is_there_before_the_file(source, tmp_path, monkeypatch):
    def killed(path, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(disposal, "move", killed)
    with pytest.raises(KeyboardInterrupt):
        reject(source, tmp_path / "bad", "first")
    assert (list(tree(tmp_path / "bad")), source.exists()) == (["E1.h5.reason.txt"], True)
    monkeypatch.undo()
    reject(source, tmp_path / "bad", "second")
    text = (tmp_path / "bad" / "E1.h5.reason.txt").read_text()
    assert ("second" in text, "first" in text, len(tree(tmp_path / "bad"))) == (True, False, 2)


def test_a_file_that_is_called_like_a_reason_is_no_reason(tmp_path):
    """It would else be overwritten by the reason of the file whose reason it seems to be."""
    for name in ("a.h5.reason.txt", "a.h5"):
        (tmp_path / name).write_text(name)
        reject(tmp_path / name, tmp_path / "bad", "x")
    assert sorted(tree(tmp_path / "bad")) == [
        "a.h5",
        "a.h5.reason.txt",
        "a.h5.reason~2.txt",
        "a.h5.reason~2.txt.reason.txt",
    ]
    assert (tmp_path / "bad" / "a.h5.reason~2.txt").read_text() == "a.h5.reason.txt"


# Killed anywhere

WORK = """
import sys
from datetime import date
from pathlib import Path
from jeta.ingest.disposal import put_away, reject
staging, done, bad, how = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
print("ready", flush=True)
for path in sorted(staging.iterdir()):
    if how == "reject":
        reject(path, bad, "broken")
    else:
        put_away(path, done, date(2022, 3, 1), compressed=how == "compress")
    if "stop" in sys.argv:
        print("one is away", flush=True)
        sys.stdin.read()
print("done", flush=True)
"""
FILES = 60


def _contents(*folders):
    """What is in all files that have a name of their own, unpacked; how often each."""
    found = []
    for folder in folders:
        for name, content in tree(folder).items():
            if ASIDE_PREFIX not in name and not name.endswith(".reason.txt"):
                found.append(gzip.decompress(content) if name.endswith(".gz") else content)
    return found


@pytest.mark.parametrize("how", ["move", "compress", "reject"])
@pytest.mark.parametrize("is_near", [True, False], ids=["near", "far"])
def test_killed_at_any_moment_nothing_is_lost(tmp_path, elsewhere, environment, how, is_near):
    """Real processes, killed again and again until one gets to the end: the bytes of each file are always somewhere."""
    staging = tmp_path / "staging"
    done, bad = ((tmp_path if is_near else elsewhere) / name for name in ("done", "bad"))
    for folder in (staging, done, bad):
        folder.mkdir()
    contents = {f"{at:03d}\n".encode() * 20_000 for at in range(FILES)}
    for at, content in enumerate(sorted(contents)):
        (staging / f"{at:03d}.h5").write_bytes(content)
    random.seed(how)
    kills = 0
    while True:
        # The first kill comes for sure when one is put away, and the others are not.
        command = [sys.executable, "-c", WORK, staging, done, bad, how, *([] if kills else ["stop"])]
        with subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout.readline() == "ready\n"
            if not kills:
                assert process.stdout.readline() == "one is away\n"
            if kills < 8:
                time.sleep(random.uniform(0, 0.08) if kills else 0)
                process.send_signal(signal.SIGKILL)
            rest = process.stdout.read()
        assert set(_contents(staging, done, bad)) == contents
        assert kills or len(_contents(staging)) == FILES - 1
        kills += 1
        if rest == "done\n":
            break
    assert _contents(staging) == []
    assert sorted(_contents(done, bad)) == sorted(contents)
    if how == "reject":
        assert all((bad / f"{name}.reason.txt").is_file() for name in tree(bad) if name.endswith(".h5"))
