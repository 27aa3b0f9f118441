"""Answers kept on the disk."""

from __future__ import annotations

import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from jeta.sources.answers import Answers

ASKED = ("SA_ZATTEST2", "20220202T000000-20220203T000000", "http://service/a")


@pytest.fixture
def answer(tmp_path):
    path = tmp_path / "answer"
    path.write_bytes(b"1,2,3\n")
    return path


def test_what_was_kept_is_found_by_its_address_only(tmp_path, answer):
    answers = Answers(tmp_path / "cache")
    assert answers.find(*ASKED) is None
    answers.keep(*ASKED, answer)
    assert answers.find(*ASKED).read_bytes() == b"1,2,3\n"
    assert answers.find(*ASKED[:2], "http://service/b") is None


def test_name_tells_what_was_asked(tmp_path, answer):
    Answers(tmp_path / "cache").keep(*ASKED, answer)
    (kept,) = (tmp_path / "cache" / "SA_ZATTEST2").iterdir()
    assert kept.name.startswith("20220202T000000-20220203T000000-")


@pytest.mark.parametrize("damage", [b"", b"1,2", b"1,2,4\n"])
def test_damaged_file_counts_for_nothing_and_is_removed(tmp_path, answer, caplog, damage):
    answers = Answers(tmp_path / "cache")
    answers.keep(*ASKED, answer)
    answers.find(*ASKED).write_bytes(damage)
    with caplog.at_level(logging.WARNING, "jeta"):
        assert answers.find(*ASKED) is None
    assert "is damaged and is removed" in caplog.text
    assert list((tmp_path / "cache" / "SA_ZATTEST2").iterdir()) == []


def test_latest_of_several_answers_counts(tmp_path, answer):
    answers = Answers(tmp_path / "cache", ".json")
    for age_s, content in ((30, b"old"), (10, b"new"), (20, b"older")):
        answer.write_bytes(content)
        before = set((tmp_path / "cache").rglob("*.json"))
        answers.keep(*ASKED, answer)
        (added,) = set((tmp_path / "cache").rglob("*.json")) - before
        os.utime(added, (time.time() - age_s,) * 2)
    assert answers.find(*ASKED).read_bytes() == b"new"
    assert answers.find(*ASKED, 60).read_bytes() == b"new"
    assert answers.find(*ASKED, 5) is None


def test_folder_that_cannot_be_made_is_a_warning(tmp_path, answer, caplog):
    (tmp_path / "cache").write_bytes(b"a file")
    answers = Answers(tmp_path / "cache")
    with caplog.at_level(logging.WARNING, "jeta"):
        answers.keep(*ASKED, answer)
        assert answers.find(*ASKED) is None
    assert "cannot be kept" in caplog.text


def test_threads_that_keep_the_same_answer_leave_one_file(tmp_path, answer):
    answers = Answers(tmp_path / "cache")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: answers.keep(*ASKED, answer), range(24)))
    assert len(list((tmp_path / "cache" / "SA_ZATTEST2").iterdir())) == 1
