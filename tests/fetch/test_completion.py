"""``fetch.msids``: the names of the archive, for the tabulator key."""

from __future__ import annotations

import subprocess
import sys

import pytest

from jeta import fetch, update
from jeta.archive import create_archive
from jeta.errors import UnknownMsidError

S = 1_600_000_000.0
COMPLETE = """
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from jeta import fetch
import sys
fetch.set_archive(sys.argv[1])
shell = InteractiveShell.instance()
shell.user_ns["fetch"] = fetch
shell.Completer.use_jedi = sys.argv[2] == "jedi"
for text in ("fetch.msids.SA_", "fetch.msids.XX", 'fetch.msids["'):
    with provisionalcompleter():
        found = {each.text.rpartition(".")[2].strip('"[]') for each in shell.Completer.completions(text, len(text))}
        print(sorted(name for name in found if name.startswith(("SA_", "1W"))))
"""


@pytest.fixture
def archive(tmp_path):
    archive = create_archive(tmp_path / "a")
    for name in ("SA_TEMP", "SA_MODE", "SE_VOLT", "1WRAT", "IF"):
        update.append(name, [S], [1.0], archive=archive)
    with fetch.set_archive(archive):
        yield archive


def test_attributes_are_names_in_any_case(archive):
    assert fetch.msids.SA_TEMP == fetch.msids.sa_temp == "SA_TEMP"
    assert len(fetch.MSID(fetch.msids.SA_TEMP)) == 1


def test_dir_lists_what_python_can_spell(archive):
    """A name that begins with a digit is left to brackets, and IF is no keyword, for keywords are lower-case."""
    assert dir(fetch.msids) == ["IF", "SA_MODE", "SA_TEMP", "SE_VOLT"]
    assert fetch.msids["1wrat"] == "1WRAT"


def test_it_is_a_collection_of_names(archive):
    assert list(fetch.msids) == ["1WRAT", "IF", "SA_MODE", "SA_TEMP", "SE_VOLT"]
    assert len(fetch.msids) == 5
    assert "sa_temp" in fetch.msids
    assert "SA_T" not in fetch.msids
    assert 3 not in fetch.msids


def test_unknown_names(archive):
    with pytest.raises(AttributeError, match="did you mean SA_TEMP"):
        _ = fetch.msids.SA_TEMPP
    with pytest.raises(UnknownMsidError, match="SA_TEMPP"):
        _ = fetch.msids["SA_TEMPP"]
    assert not hasattr(fetch.msids, "_repr_html_")


def test_it_follows_the_archive(archive, tmp_path):
    update.append("SA_NEW", [S], [1.0], archive=archive)
    assert fetch.msids.SA_NEW == "SA_NEW"
    with fetch.set_archive(create_archive(tmp_path / "b")):
        assert dir(fetch.msids) == []
        assert repr(fetch.msids) == "<0 MSIDs>"
    assert repr(fetch.msids) == "<6 MSIDs: 1WRAT, IF, SA_MODE ...>"


def test_without_an_archive_there_is_nothing_to_complete(monkeypatch):
    monkeypatch.delenv("ENG_ARCHIVE", raising=False)
    with fetch.set_archive(None):
        assert dir(fetch.msids) == []
        assert repr(fetch.msids) == "<0 MSIDs>"
        assert not hasattr(fetch.msids, "SA_TEMP")


@pytest.mark.parametrize("engine", ["jedi", "plain"])
def test_ipython_completes(archive, engine):
    """The real completer of IPython, with and without its analysis of code."""
    pytest.importorskip("IPython", reason="needs the extra notebook")
    ran = subprocess.run(
        [sys.executable, "-c", COMPLETE, str(archive.root), engine],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    attributes, nothing, keys = map(eval, ran.stdout.strip().splitlines()[-3:])
    assert attributes == ["SA_MODE", "SA_TEMP"]
    assert nothing == []
    assert keys == ["1WRAT", "SA_MODE", "SA_TEMP"]
