"""The command line as a whole: help, exit codes, errors in one line, pipes, interrupts."""

from __future__ import annotations

import signal
import subprocess
import sys

import numpy as np
import pytest

import jeta
from jeta import update
from jeta.archive import Writer
from jeta.cli import create

COMMANDS = [
    ["create"], ["ingest"], ["fetch"], ["info"], ["fold"], ["verify"], ["tdb"], ["tdb", "import"], ["tdb", "search"], ["demo"],
]  # fmt: skip


def is_one_line(err):
    """Whether this is an error as users see it."""
    return err.startswith("jeta: error: ") and err.count("\n") == 1 and "Traceback" not in err


@pytest.mark.parametrize("words", [[], *COMMANDS], ids=" ".join)
def test_help_has_examples(run, words):
    ran = run(*words, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert "\nexamples:\n  jeta " in ran.out or "\nexample:\n  jeta " in ran.out


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_examples_parse(run, words):
    """Each example in the help of a command is a line that the command line takes."""
    from jeta.cli.main import parser

    lines = [line.strip() for line in run(*words, "--help").out.splitlines() if line.startswith("  jeta ")]
    assert lines
    for line in lines:
        parser().parse_args([word.strip("'") for word in line.split()[1:]])


def test_version(run):
    assert run("--version").out == f"jeta {jeta.__version__}\n"


@pytest.mark.parametrize("words", [[], ["frobnicate"], ["fetch"], ["tdb"], ["fetch", "A", "--time-format", "datetime"]])
def test_wrong_words_exit_2(run, words):
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert "error: " in ran.err


@pytest.mark.parametrize(
    "words", [["info"], ["verify"], ["fetch", "A"], ["fold"], ["ingest", "."], ["tdb", "search", "a"]]
)
def test_no_archive_named(run, words):
    ran = run(*words)
    assert (ran.code, ran.out, is_one_line(ran.err)) == (2, "", True)
    assert "ENG_ARCHIVE" in ran.err
    assert "jeta create ROOT" in ran.err


@pytest.mark.parametrize(
    "words", [["info"], ["verify"], ["fetch", "A"], ["fold"], ["ingest", "."], ["tdb", "search", "a"]]
)
def test_unknown_archive_says_how_to_create_one(run, tmp_path, words):
    ran = run(*words, "--archive", tmp_path / "none")
    assert (ran.code, ran.out, is_one_line(ran.err)) == (2, "", True)
    assert f"create one with jeta create {tmp_path / 'none'}" in ran.err


def test_environment_names_the_archive(run, filled, monkeypatch):
    monkeypatch.setenv("ENG_ARCHIVE", str(filled))
    assert run("info").out == run("info", "--archive", filled).out


def test_archive_option_wins_over_environment(run, filled, tmp_path, monkeypatch):
    monkeypatch.setenv("ENG_ARCHIVE", str(tmp_path / "none"))
    assert run("info", "--archive", filled).code == 0


def test_main_leaves_the_archive_in_use_alone(run, filled):
    """``--archive`` of one run is not the default of the next."""
    assert run("fetch", "SA_INT", "--archive", filled).code == 0
    assert run("fetch", "SA_INT").code == 2


def test_locked_archive_names_the_holder(run, archive, edb_csv):
    path = edb_csv("SA_TEMP", [1])
    with Writer(archive.root):
        for words in (["ingest", path], ["fold"]):
            ran = run(*words, "--archive", archive.root)
            assert (ran.code, is_one_line(ran.err)) == (2, True)
            assert "is being written to by process " in ran.err


def test_readers_do_not_mind_a_writer(run, archive):
    with Writer(archive.root):
        assert run("info", "--archive", archive.root).code == 0
        assert run("verify", "--archive", archive.root).code == 0


def test_errors_of_several_lines_become_one(run, archive):
    (archive.layout.tdb / "bad.yaml").write_text("A:\n  unti: V\nB:\n  type: nothing\n")
    ran = run("tdb", "search", "a", "--archive", archive.root)
    assert (ran.code, is_one_line(ran.err)) == (2, True)
    assert "bad.yaml:2" in ran.err


def test_interrupt_says_that_nothing_is_lost(run, monkeypatch, tmp_path):
    def interrupted(_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(create, "run", interrupted)
    ran = run("create", tmp_path / "a")
    assert ran.code == 130
    assert ran.err == "jeta: interrupted; what was committed is safe, run it again to go on\n"


@pytest.fixture
def long_fetch(command, archive):
    """A process that has begun to write more than a pipe holds, and waits for somebody to read on."""
    update.append("LONG", 1.6e9 + np.arange(100_000.0), np.arange(100_000), archive=archive)
    start, environment = command
    words = [*start, "fetch", "LONG", "--archive", str(archive.root)]
    with subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "msid,time,value,bad\n"
        yield child


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for children")
def test_real_interrupt(long_fetch):
    """Ctrl-C ends the process with one line and no traceback."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        pytest.skip("whoever started the tests has this signal ignored, and so do the processes that they start")
    long_fetch.send_signal(signal.SIGINT)
    out, err = long_fetch.communicate(timeout=30)
    assert (long_fetch.returncode, out.count("\n") < 100_000) == (130, True)
    assert err == "jeta: interrupted; what was committed is safe, run it again to go on\n"


def test_process_exits_with_the_code_and_one_line(process, tmp_path):
    ran = process("info", "--archive", tmp_path / "none")
    assert (ran.code, ran.out, is_one_line(ran.err)) == (2, "", True)


def test_debug_shows_the_traceback_and_exits_alike(process, tmp_path):
    ran = process("info", "--archive", tmp_path / "none", "--debug")
    assert ran.code == 2
    assert "Traceback (most recent call last)" in ran.err
    assert ran.err.splitlines()[-1].startswith("jeta: error: no jeta archive")


@pytest.mark.parametrize("words", [["tdb", "--debug", "search", "x"], ["tdb", "search", "x", "--debug"]])
def test_debug_before_or_after_the_verb(run, tmp_path, words):
    assert "Traceback" in run(*words, "--archive", tmp_path / "none").err


def test_debug_shows_the_log(process, archive, edb_csv):
    ran = process("ingest", edb_csv("SA_TEMP", [1, 2]), "--archive", archive.root, "--debug")
    assert ran.code == 0
    assert "INFO jeta.ingest.dealing: " in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no broken pipes")
def test_reader_that_stops_early_is_no_error(long_fetch):
    """As in ``jeta fetch ... | head -1``: no message, exit code 0."""
    long_fetch.stdout.close()
    assert (long_fetch.stderr.read(), long_fetch.wait(timeout=30)) == ("", 0)


def test_nothing_slow_is_imported_to_show_help():
    code = "import sys, jeta.cli; print({'matplotlib', 'pandas', 'astropy', 'scipy', 'tqdm'} & set(sys.modules))"
    from pathlib import Path

    source = str(Path(jeta.__file__).parents[1])
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {source!r}); {code}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stdout == "set()\n"
