"""errors, settings, logs, optional: what every other module stands on."""

from __future__ import annotations

import inspect
import io
import logging
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import jeta
from jeta import errors, logs, optional, settings
from jeta.errors import JetaError, MissingExtraError, UnknownMsidError

ALL = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, JetaError)]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch):
    for name in ("ENG_ARCHIVE", "CXOTIME_NOW", "JETA_WORKERS", "JETA_CACHE", "MAST_API_TOKEN", "CHETA_FETCH_DATA_GAP"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def _quiet_after():
    """Turn the log off again."""
    root = logging.getLogger("jeta")
    before = list(root.handlers)
    yield
    root.handlers[:] = before
    root.setLevel(logging.NOTSET)


def test_each_error_has_a_code_of_its_own():
    codes = [kind.code for kind in ALL]
    assert len(set(codes)) == len(ALL) >= 15


@pytest.mark.parametrize("kind", ALL)
def test_message_reads_as_it_was_written(kind):
    """KeyError would put it in quotes."""
    assert str(kind("MSID 'x' is unknown")) == "MSID 'x' is unknown"


@pytest.mark.parametrize("kind", ALL)
def test_errors_survive_the_way_from_another_process(kind):
    again = pickle.loads(pickle.dumps(kind("a message")))
    assert (type(again), str(again), again.code) == (kind, "a message", kind.code)


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("UnknownMsidError", ValueError), ("UnknownMsidError", KeyError), ("AmbiguousMsidError", ValueError),
        ("TimeFormatError", ValueError), ("ArchiveNotFoundError", FileNotFoundError), ("ArchiveLockedError", OSError),
        ("ArchiveExistsError", FileExistsError), ("ArchiveCorruptError", OSError), ("FormatError", ValueError),
        ("TdbError", ValueError), ("MissingExtraError", ImportError), ("ValuesError", TypeError), ("StatError", KeyError),
    ],
)  # fmt: skip
def test_errors_are_also_what_the_ancestors_raised(name, builtin):
    assert issubclass(getattr(errors, name), builtin)


def test_all_errors_can_be_caught_at_once():
    with pytest.raises(JetaError):
        raise UnknownMsidError("no such MSID")


def test_settings_of_an_empty_environment():
    assert settings.from_environment() == settings.Settings(None, None, os.cpu_count() or 1)


def test_settings_are_read_when_asked_for(monkeypatch):
    monkeypatch.setenv("ENG_ARCHIVE", "~/archive")
    monkeypatch.setenv("CXOTIME_NOW", "2022:143")
    monkeypatch.setenv("JETA_WORKERS", "3")
    assert settings.from_environment() == settings.Settings(Path.home() / "archive", "2022:143", 3)


@pytest.mark.parametrize("name", ["ENG_ARCHIVE", "CXOTIME_NOW", "JETA_WORKERS"])
def test_an_empty_variable_is_as_good_as_none(monkeypatch, name):
    before = settings.from_environment()
    monkeypatch.setenv(name, "")
    assert settings.from_environment() == before


@pytest.mark.parametrize("workers", ["0", "-1", "two", "1.5", "²", " "])
def test_workers_must_be_a_whole_number(monkeypatch, workers):
    monkeypatch.setenv("JETA_WORKERS", workers)
    with pytest.raises(ValueError, match="JETA_WORKERS must be a whole number of at least 1, but is"):
        settings.from_environment()


def test_settings_cannot_be_changed():
    with pytest.raises(AttributeError):
        settings.from_environment().workers = 2


def test_log_is_silent_until_somebody_asks():
    """Not even a warning goes to standard error, as Python would have it without a handler."""
    source = str(Path(jeta.__file__).parents[1])
    code = f"import sys; sys.path.insert(0, {source!r}); from jeta import logs; logs.logger('jeta.x').error('loud')"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("", "")


@pytest.mark.usefixtures("_quiet_after")
def test_log_shows_the_level_asked_for():
    stream = io.StringIO()
    logs.show("INFO", stream)
    logs.logger("jeta.update").info("12 rows stored")
    logs.logger("jeta.update").debug("a detail")
    logs.logger("another").error("not ours")
    (line,) = stream.getvalue().splitlines()
    assert line.endswith(" INFO jeta.update: 12 rows stored")


@pytest.mark.usefixtures("_quiet_after")
def test_log_can_be_turned_off_again():
    stream = io.StringIO()
    handler = logs.show(logging.DEBUG, stream)
    logging.getLogger("jeta").removeHandler(handler)
    logs.logger("jeta.update").error("unheard")
    assert stream.getvalue() == ""


@pytest.mark.usefixtures("_quiet_after")
def test_log_goes_to_standard_error(capsys):
    logs.show()
    logs.logger("jeta").warning("here")
    out, err = capsys.readouterr()
    assert (out, err.endswith("WARNING jeta: here\n")) == ("", True)


@pytest.mark.usefixtures("_quiet_after")
def test_unknown_level_adds_no_handler():
    before = list(logging.getLogger("jeta").handlers)
    with pytest.raises(ValueError, match="LOUD"):
        logs.show("LOUD")
    assert logging.getLogger("jeta").handlers == before


def test_optional_module_that_is_there():
    assert optional.require("json.decoder", extra="all").__name__ == "json.decoder"


@pytest.mark.parametrize("module", ["no_such_package", "no_such_package.part"])
def test_optional_module_that_is_missing_says_how_to_get_it(module):
    with pytest.raises(MissingExtraError) as caught:
        optional.require(module, extra="plot")
    assert str(caught.value) == "no_such_package is not installed, and this needs it: run  pip install 'jeta[plot]'"
    assert (caught.value.name, isinstance(caught.value, ImportError)) == ("no_such_package", True)


def test_missing_part_of_an_installed_package_is_not_taken_for_a_missing_package():
    with pytest.raises(ModuleNotFoundError, match=r"json\.no_such_part"):
        optional.require("json.no_such_part", extra="all")


def test_package_that_lacks_another_is_not_taken_for_a_missing_one(tmp_path, monkeypatch):
    (tmp_path / "half_installed_package.py").write_text("import no_such_package\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_package") as caught:
        optional.require("half_installed_package", extra="all")
    assert not isinstance(caught.value, JetaError)


def test_importing_jeta_loads_nothing_heavy():
    source = str(Path(jeta.__file__).parents[1])
    code = f"import sys; sys.path.insert(0, {source!r}); import jeta; print({{'numpy', 'h5py', 'yaml'}} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
