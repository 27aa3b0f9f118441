"""Logs as JSON: one object a line, whatever is logged."""

from __future__ import annotations

import io
import json
import logging
import re
import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from jeta import logs


@pytest.fixture
def logged():
    """Log something, and return the objects that come of it."""

    def logged(*arguments, level=logging.INFO, **more):
        stream = io.StringIO()
        with logs.shown("DEBUG", stream, form="json"):
            logs.logger("jeta.tests").log(level, *arguments, **more)
        return [json.loads(line, parse_constant=pytest.fail) for line in stream.getvalue().splitlines()]

    return logged


def test_an_entry_has_time_level_logger_message(logged):
    before = datetime.now(UTC)
    (told,) = logged("%d rows\nof %s", 3, "SA_TEMP", level=logging.WARNING)
    assert list(told) == ["time", "level", "logger", "message"]
    assert (told["level"], told["logger"], told["message"]) == ("WARNING", "jeta.tests", "3 rows\nof SA_TEMP")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told["time"])
    assert abs((datetime.fromisoformat(told["time"]) - before).total_seconds()) < 5


def test_fields_stand_beside_them_and_take_no_place_of_theirs(logged):
    (told,) = logged("x", extra={"fields": {"rows": 3, "message": "mine", "message_": "too", "level": None}})
    assert told["message"] == "x"
    assert (told["rows"], told["message_"], told["message__"], told["level_"]) == (3, "mine", "too", None)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (float("nan"), "nan"), (float("inf"), "inf"), (1.5, 1.5), (True, True), (None, None),
        (np.float64(2.5), 2.5), (np.int32(7), 7), (np.array([1]), 1), (Path("/a"), "/a"), ((1, 2), [1, 2]),
        ({"a": {3}}, {"a": [3]}), ("\udcff", "\\udcff"), ("ünï\n", "ünï\n"), (b"x", "b'x'"),
        ({1: float("nan")}, {"1": "nan"}), (2**70, 2**70),
    ],
    ids=repr,
)  # fmt: skip
def test_any_value_can_be_logged(logged, value, told):
    (found,) = logged("x", extra={"fields": {"value": value}})
    assert found["value"] == told


def test_what_holds_itself_ends_somewhere(logged):
    loop = {}
    loop["loop"] = loop
    (found,) = logged("x", extra={"fields": loop})
    assert found["message"] == "x"


@pytest.mark.parametrize("fields", [None, 3, "text", []])
def test_fields_that_are_none_are_passed_over(logged, fields):
    (found,) = logged("x", extra={"fields": fields})
    assert list(found) == ["time", "level", "logger", "message"]


def test_a_traceback_is_in_its_line(logged):
    try:
        int("bad")
    except ValueError:
        (found,) = logged("failed", exc_info=True, level=logging.ERROR)
    assert found["traceback"].endswith("'bad'")


def test_shown_ends_with_its_block():
    stream, root = io.StringIO(), logging.getLogger("jeta")
    before = root.level, list(root.handlers)
    with logs.shown("INFO", stream):
        logs.logger("jeta.x").info("heard")
    logs.logger("jeta.x").error("unheard")
    assert "heard" in stream.getvalue()
    assert "unheard" not in stream.getvalue()
    assert (root.level, root.handlers) == before


def test_a_form_that_there_is_not_adds_no_handler():
    before = list(logging.getLogger("jeta").handlers)
    with pytest.raises(ValueError, match="text, json"):
        logs.show(form="xml")
    assert logging.getLogger("jeta").handlers == before


def test_what_another_process_collected_is_logged_as_if_here(logged):
    """Through JSON, with its time, level, fields and traceback."""
    with logs.collected(logging.INFO) as entries:
        try:
            int("bäd\n")
        except ValueError:
            logs.logger("jeta.x").exception("failed\n%s", Path("/ä"), extra={"fields": {"rows": np.int64(3)}})
        logs.logger("jeta.x").debug("nobody asked")
    (entry,) = json.loads(json.dumps(entries))
    stream = io.StringIO()
    with logs.shown("INFO", stream, form="json"):
        logs.replay([{**entry, "created": 0.5}])
    (line,) = stream.getvalue().splitlines()
    told = json.loads(line)
    assert told["time"] == "1970-01-01T00:00:00.500Z"
    assert (told["level"], told["logger"], told["message"], told["rows"]) == ("ERROR", "jeta.x", "failed\n/ä", 3)
    assert "ValueError" in told["traceback"]
    assert told["traceback"].endswith("'bäd\\n'")


def test_what_is_replayed_shows_as_text_too():
    stream = io.StringIO()
    with logs.collected(logging.INFO) as entries:
        logs.logger("jeta.x").info("heard")
    with logs.shown("INFO", stream):
        logs.replay(entries)
    assert stream.getvalue().endswith(" INFO jeta.x: heard\n")


def test_what_is_not_important_enough_here_is_not_replayed():
    stream = io.StringIO()
    with logs.collected(logging.DEBUG) as entries:
        logs.logger("jeta.x").info("unheard")
    with logs.shown("WARNING", stream):
        logs.replay(entries)
    assert (len(entries), stream.getvalue()) == (1, "")


def test_collecting_ends_with_its_block():
    root = logging.getLogger("jeta")
    before = root.level, list(root.handlers), logs.level()
    with logs.collected(logging.DEBUG) as entries:
        assert logs.level() == logging.DEBUG
    logs.logger("jeta.x").error("unheard")
    assert (entries, (root.level, root.handlers, logs.level())) == ([], before)


def test_warnings_of_others_are_entries_and_no_lines_between():
    stream, before = io.StringIO(), warnings.showwarning
    with warnings.catch_warnings(), logs.shown("INFO", stream, form="json"):
        warnings.simplefilter("always")
        with logs.warnings_too():
            warnings.warn("old\nways", DeprecationWarning, stacklevel=1)
    (told,) = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert (told["level"], told["message"], told["category"]) == ("WARNING", "old\nways", "DeprecationWarning")
    assert told["file"] == __file__
    assert warnings.showwarning == before


def test_lines_of_many_threads_stay_whole():
    stream = io.StringIO()
    with logs.shown("INFO", stream, form="json"), ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: logs.logger("jeta.x").info("%s\n", "ü" * n, extra={"fields": {"n": n}}), range(200)))
    assert sorted(json.loads(line)["n"] for line in stream.getvalue().splitlines()) == list(range(200))
