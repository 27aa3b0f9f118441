"""An archive of each kind of value, and ways to run the command line on it."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import jeta
from jeta import fetch, update
from jeta.archive import create_archive
from jeta.cli import main

S = 1_600_000_000.0
TIMES = S + np.array([0.0, 1.5, 2.25, 3.000001, 4.0, 5.123456789, 1000.0])
VALUES = {
    "SA_FLOAT": np.array([0.1 + 0.2, -0.0, 5e-324, np.nan, np.inf, -1.7976931348623157e308, 1e22]),
    "SA_SINGLE": np.array([0.1, 1e-45, 3.4e38, -0.0, np.nan, -np.inf, 7], np.float32),
    "SA_INT": np.array([-(2**63), 2**63 - 1, 0, 1, -1, 2**53 + 1, 7]),
    "SA_FLAG": np.array([True, False, True, True, False, False, True]),
    "SA_TEXT": np.array(["a,b", 'say "x"', "two\nlines", "a\rb\r\nc", "é\U0001f680", "", "plain"]),
}


class Ran(NamedTuple):
    """What a run of the command line gave."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """Root of an archive, half folded; the second sample of each MSID is bad. Only to be read."""
    archive = create_archive(tmp_path_factory.mktemp("cli") / "archive")
    bad = np.arange(len(TIMES)) == 1
    for half in (slice(0, 4), slice(4, None)):
        for name, values in VALUES.items():
            update.append(name, TIMES[half], values[half], bad[half], archive=archive)
        if half.start == 0:
            update.fold(archive)
    return archive.root


@pytest.fixture(autouse=True)
def _no_archive_in_use(monkeypatch):
    for name in ("ENG_ARCHIVE", "JETA_WORKERS", "CXOTIME_NOW"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    with fetch.set_archive(None):
        yield


@pytest.fixture
def run(capsys):
    """Run the command line in this process."""

    def run(*words: object) -> Ran:
        try:
            code = main([str(word) for word in words])
        except SystemExit as err:
            code = int(err.code or 0)
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture
def command():
    """The words and the environment of a real process."""
    environment = {**os.environ, "PYTHONPATH": str(Path(jeta.__file__).parents[1])}
    return [sys.executable, "-W", "error", "-m", "jeta"], environment


@pytest.fixture
def process(command):
    """Run the command line as a real process."""

    def process(*words: object) -> Ran:
        start, environment = command
        ran = subprocess.run(
            [*start, *map(str, words)], env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    return process


@pytest.fixture
def archive(tmp_path):
    """An empty archive of the test's own."""
    return create_archive(tmp_path / "archive")


@pytest.fixture
def rows():
    """Lines of CSV without their head, parsed."""

    def rows(text: str) -> list[list[str]]:
        head, *lines = csv.reader(io.StringIO(text, newline=""))
        assert head == ["msid", "time", "value", "bad"]
        return lines

    return rows


@pytest.fixture
def edb_csv(tmp_path):
    """Write a file of the public engineering database with some values, a second apart."""

    def edb_csv(name: str, values: list[object], folder: Path = tmp_path) -> Path:
        folder.mkdir(exist_ok=True)
        path = folder / f"{name}-20220202T000000-20220203T000000.csv"
        lines = [f"2022-02-02 22:24:{second:02d}.797000,0,{value},real" for second, value in enumerate(values)]
        path.write_text("theTime,MJD,euvalue,sqldataType\r\n" + "\r\n".join(lines) + "\r\n")
        return path

    return edb_csv
