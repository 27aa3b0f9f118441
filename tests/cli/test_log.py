"""``--log``: what is done goes to standard error, as text or as JSON, of every command; results stay on standard output."""

from __future__ import annotations

import json
import logging

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
