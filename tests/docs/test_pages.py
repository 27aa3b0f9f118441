"""What the documentation shows is what jeta does."""

from __future__ import annotations

import warnings

import pytest

from docs import pages
from jeta import fetch

PAGES = pages.pages()


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


@pytest.mark.parametrize("path", PAGES, ids=[str(path.relative_to(pages.ROOT)) for path in PAGES])
def test_page_prints_what_it_shows(path, folder):
    """Each statement and command of a page prints what stands below it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        steps = pages.Page().run(path.read_text(encoding="utf-8"))
    wrong = [step for step in steps if not step.agrees]
    assert not wrong, "\n".join(f"{s.typed}shown:\n{s.expected}printed:\n{s.printed}" for s in wrong)


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
