"""``--log``: what is done goes to standard error, as text or as JSON, of every command; results stay on standard output."""

from __future__ import annotations

import json
import logging
import warnings

import pytest

from jeta.cli.main import parser


def objects(err):
    return [json.loads(line) for line in err.splitlines()]


def test_every_command_and_verb_takes_it(run):
    """Before and after the verb."""
    (commands,) = [
        action for action in parser()._actions if hasattr(action, "choices") and isinstance(action.choices, dict)
    ]
    assert len(commands.choices) > 20
    for name, command in commands.choices.items():
        verbs = [action.choices for action in command._actions if isinstance(getattr(action, "choices", None), dict)]
        for each in [command, *(verb for some in verbs for verb in some.values())]:
            assert "--log {text,json}" in each.format_help(), name


def test_json_of_an_ingest(process, archive, edb_csv):
    """Every line of standard error is an object; one for each file has its counts."""
    ran = process("ingest", edb_csv("SA_TEMP", [1, 2]), "--archive", archive.root, "--log", "json")
    assert ran.code == 0
    files = [each for each in objects(ran.err) if each.get("outcome") == "ingested"]
    assert [(each["read"], each["stored"], each["level"]) for each in files] == [(2, 2, "INFO")]
    assert "2 rows read" in ran.out


def test_text(process, archive, edb_csv):
    ran = process("ingest", edb_csv("SA_TEMP", [1, 2]), "--archive", archive.root, "--log", "text")
    assert "INFO jeta." in ran.err
    assert "DEBUG" not in ran.err


def test_an_error_is_an_object_too_with_its_code(process, tmp_path):
    ran = process("info", "--archive", tmp_path / "none", "--log", "json")
    (told,) = objects(ran.err)
    assert (ran.code, told["level"], told["code"]) == (2, "ERROR", "no-archive")
    assert told["message"].startswith("no jeta archive at ")


def test_with_debug_the_traceback_is_in_it(process, tmp_path):
    ran = process("info", "--archive", tmp_path / "none", "--log", "json", "--debug")
    assert ran.code == 2
    assert "ArchiveNotFoundError" in objects(ran.err)[-1]["traceback"]


@pytest.mark.parametrize("words", [["tdb", "--log", "json", "search", "x"], ["tdb", "search", "x", "--log", "json"]])
def test_before_or_after_the_verb(run, tmp_path, words):
    ran = run(*words, "--archive", tmp_path / "none")
    assert objects(ran.err)[0]["code"] == "no-archive"


def test_a_run_leaves_no_handler_behind(run, archive):
    before = list(logging.getLogger("jeta").handlers), logging.getLogger("jeta").level
    run("info", "--archive", archive.root, "--log", "json")
    run("info", "--archive", archive.root, "--debug")
    assert (list(logging.getLogger("jeta").handlers), logging.getLogger("jeta").level) == before


def test_another_form_is_refused(run):
    ran = run("info", "--log", "xml")
    assert (ran.code, ran.out) == (2, "")
    assert "xml" in ran.err


@pytest.mark.parametrize("name", ["ünï", "a\nb", "\u2028", "'\"\\"], ids=ascii)
def test_names_of_any_kind_stay_in_their_line(process, tmp_path, name):
    """No reader of lines breaks one at what is in a name."""
    ran = process("info", "--archive", tmp_path / name, "--log", "json")
    (told,) = objects(ran.err)
    assert ran.err.isascii()
    assert told["message"].startswith("no jeta archive at ")


def test_a_defect_is_an_entry_with_its_traceback(run, archive, monkeypatch):
    """Not a traceback of many lines between those of the log."""

    def broken(*_, **__):
        raise RuntimeError("of two\nlines")

    monkeypatch.setattr("jeta.operations.status", broken)
    ran = run("status", "--archive", archive.root, "--log", "json")
    told = objects(ran.err)[-1]
    assert (ran.code, told["level"], told["code"]) == (2, "CRITICAL", "defect")
    assert told["message"] == "RuntimeError: of two\nlines"
    assert "broken" in told["traceback"]
    with pytest.raises(RuntimeError):
        run("status", "--archive", archive.root)


def test_warnings_of_others_are_entries(run, archive, monkeypatch):
    monkeypatch.setattr("jeta.operations.status", lambda *_, **__: warnings.warn("old ways", UserWarning, stacklevel=1))
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        ran = run("status", "--archive", archive.root, "--log", "json")
    told = objects(ran.err)[0]
    assert (told["level"], told["message"]) == ("WARNING", "old ways")


def test_operations_log_what_they_do(process, archive, edb_csv):
    """Each line of standard error is an object, and what was removed or mended is among them."""
    process("ingest", edb_csv("SA_TEMP", [1, 2]), "--archive", archive.root)
    archive.layout.state.unlink()
    for words, what in (
        (["repair"], "repair: make state.json anew"),
        (["truncate", "2000:001"], "removed 2 rows of 1 MSIDs"),
    ):
        ran = process(*words, "--archive", archive.root, "--log", "json")
        assert ran.code == 0
        assert what in [each["message"] for each in objects(ran.err)]
