"""An archive that this user may only read, or not even that: lookers tell what they can, writers say why not and change nothing."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from jeta import update
from operations.delivered import delivered
from operations.lab import tree

SCRIPT = """
import contextlib, io, json, sys
from jeta.cli.main import main
for words in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    print(json.dumps([code, out.getvalue(), err.getvalue()]), file=sys.__stdout__)
"""
POWERLESS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Who is root may read and write everything but for this."""
IS_ROOT = os.name != "nt" and os.geteuid() == 0

pytestmark = pytest.mark.skipif(
    os.name == "nt" or (IS_ROOT and shutil.which(POWERLESS[0]) is None), reason="needs permissions that count"
)
WRITING = (
    ["repair"], ["fold"], ["truncate", "2020:001"], ["add-msid", "NEW_ONE", "--unit", "V", "--description", "x"],
    ["statistics"], ["flag", "SA_TEMP", "2026:001", "2026:002", "--reason", "x", "--by", "me"],
)  # fmt: skip
LOOKING = (
    ["status"],
    ["health", "--min-free", "0"],
    ["verify"],
    ["repair", "--dry-run"],
    ["truncate", "2020:001", "--dry-run"],
)
"""All but a health of rejected files end with 0."""


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    root = delivered(tmp_path_factory.mktemp("other") / "a").root
    update.fold(root)
    return root


@pytest.fixture
def root(model, tmp_path):
    """An archive that may be removed again, whatever a test has done to it."""
    root = Path(shutil.copytree(model, tmp_path / "a"))
    yield root
    for folder, _, names in os.walk(root):
        Path(folder).chmod(0o755)
        for name in names:
            Path(folder, name).chmod(0o644)


def runs(root, *commands):
    """Exit code, output and errors of some commands, by somebody for whom permissions count."""
    words = [[*command, "--archive", str(root)] for command in commands]
    before = POWERLESS if IS_ROOT else ()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "JETA_WORKERS": "1"}
    done = subprocess.run(
        [*before, sys.executable, "-c", SCRIPT, json.dumps(words)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def take(path, bits):
    """Take permissions from a file or folder, and from all below."""
    inside = (
        [Path(folder, name) for folder, _, names in os.walk(path) for name in ("", *names)] if path.is_dir() else []
    )
    for each in [*reversed(inside), path]:
        each.chmod(stat.S_IMODE(each.stat().st_mode) & ~bits)


def test_who_may_only_read_can_look_at_all_of_it(root):
    files = tree(root)
    take(root, 0o222)
    for words, (code, out, err) in zip(LOOKING, runs(root, *LOOKING), strict=True):
        assert (code, err) == (1 if words[0] == "health" else 0, ""), (words, out)
        assert "problem" not in out
        assert "Permission" not in out
    assert tree(root) == files


def test_who_may_only_read_can_back_it_up_and_restore_that(root, tmp_path):
    take(root, 0o222)
    backups = tmp_path / "b"
    ((code, out, err),) = runs(root, ["backup", str(backups)])
    assert (code, err) == (0, "")
    (path,) = (each for each in backups.iterdir() if each.is_dir())
    ((code, out, err),) = runs(tmp_path / "again", ["restore", str(path)])
    assert (code, err) == (0, ""), out
    ((code, out, _),) = runs(tmp_path / "again", ["verify"])
    assert (code, out.rpartition(": ")[2]) == (0, "0 errors, 0 notes\n")


def test_who_may_only_read_is_told_so_by_each_command_that_writes(root):
    """Which file, and what to do; nothing is changed, not even half of it."""
    files = tree(root)
    take(root, 0o222)
    for words, (code, out, err) in zip(WRITING, runs(root, *WRITING), strict=True):
        assert (code, out) == (2, ""), words
        assert len(err.splitlines()) == 1, err
        assert err.startswith("jeta: error: "), err
        assert str(root) in err, words
        assert "may not write here; become its owner" in err, words
    assert tree(root) == files


def test_an_archive_that_may_not_be_read_at_all(root):
    """`health` prints that for the monitoring system; the others say it on standard error."""
    take(root, 0o777)
    health, status, verify = runs(root, ["health"], ["status"], ["verify"])
    assert health[0] == 2
    assert health[1].startswith(f"JETA CRITICAL - {root}: archive: ")
    assert "Permission denied" in health[1].splitlines()[0]
    for code, out, err in (status, verify):
        assert (code, out) == (2, "")
        assert "Permission denied" in err


@pytest.mark.parametrize(
    ("piece", "seen_by"),
    [
        ("records", "health status verify repair"), ("journal", "health status verify repair"),
        ("columns/SA_TEMP", "status verify repair"), ("columns/SA_TEMP/full", "status verify repair"),
        ("staging", "health status"), ("tdb", "status verify repair"), ("writer.lock", "health status"),
        ("columns", "health status verify repair"), ("state.json", "verify"),
    ],
)  # fmt: skip
def test_a_piece_that_may_not_be_read_is_named(root, piece, seen_by):
    """By who needs it, with all else told; nobody ends with a traceback."""
    take(root / piece, 0o777)
    commands = {
        "health": ["health", "--min-free", "0", "--rejected-within", "0"],
        "status": ["status"],
        "verify": ["verify", "--fast"],
        "repair": ["repair", "--dry-run"],
    }
    for name, (code, out, err) in zip(commands, runs(root, *commands.values()), strict=True):
        assert err == "", (name, err)
        if name in seen_by.split():
            assert code in (1, 2), (name, out)
            assert str(root / piece) in out, (name, out)
        else:
            assert code == 0, (name, out)
