"""What the documentation shows is what jeta does."""

from __future__ import annotations

import doctest
import re
import warnings

import pytest

from docs import pages
from jeta import fetch

PAGES = pages.pages()
IDS = [str(path.relative_to(pages.ROOT)) for path in PAGES]
SHOWN = {"sh", "text", "yaml", "toml", "json"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to run a page in, and an environment that is put back afterwards."""
    for name in ("ENG_ARCHIVE", "CXOTIME_NOW"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    for name, value in pages.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    fetch.set_archive(None)


@pytest.mark.parametrize("path", PAGES, ids=IDS)
def test_page_prints_what_it_shows(path, folder):
    """Each statement and command of a page prints what stands below it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        steps = pages.Page().run(path.read_text(encoding="utf-8"))
    wrong = [step for step in steps if not step.agrees]
    assert not wrong, "\n".join(f"{s.typed}shown:\n{s.expected}printed:\n{s.printed}" for s in wrong)


@pytest.mark.parametrize("path", PAGES, ids=IDS)
def test_no_code_escapes(path):
    """Each fence is at the margin, where it is seen, in a language that is known; what is not run says why, and is Python."""
    text = path.read_text(encoding="utf-8")
    fences = re.findall(r"^[ >]*(?:`{3,}|~{3,})(.*)$", text, re.MULTILINE)
    assert fences == re.findall(r"^```(.*)$", text, re.MULTILINE)
    assert {fence for fence in fences if not fence.startswith("{")} <= {"", *pages.RUN, *SHOWN}
    for block in pages.Page.left_out(text):
        assert block["what"], block["body"]
        if block["language"] == "python":
            examples = doctest.DocTestParser().get_examples(block["body"])
            compile("".join(example.source for example in examples) or block["body"], str(path), "exec")


def test_a_wrong_page_is_found(folder):
    """The comparison above does not let everything through."""
    steps = pages.Page().run("```python\n>>> 1 + 1\n3\n```\n```console\n$ echo a\nb\n```\n")
    assert [step.agrees for step in steps] == [False, False]


def test_a_page_can_be_brought_up_to_date(folder):
    """Outputs are replaced, and what agrees stays as it is written."""
    page = "```python\n>>> 1 + 1\n3\n>>> print('abc')\na...\n```\n"
    assert pages.Page().rewritten(page) == page.replace("3", "2")


def test_files_are_written_and_skipped_blocks_are_not_run(folder):
    """The two kinds of comment before a block."""
    page = "<!-- file: a/b.txt -->\n```yaml\nx: 1\n```\n<!-- not run: why -->\n```python\n1 / 0\n```\n"
    assert pages.Page().run(page) == []
    assert (folder / "a/b.txt").read_text() == "x: 1\n"
