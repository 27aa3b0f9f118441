"""What the documentation lists is complete: commands, options, variables, keys, forms, reasons."""

from __future__ import annotations

import argparse
import re

import pytest

from docs.pages import ROOT, pages
from jeta import settings
from jeta.cli.main import parser
from jeta.formats import formats, rejection
from jeta.tdb.importers import IMPORTERS
from jeta.tdb.keys import READERS
from jeta.times import FORMS
from jeta.update import conform, report, target
from jeta.update.append import NOT_A_TIME

EVERYWHERE = {"-h", "--help", "--debug", "--log"}


def text_of(name):
    """A page as text."""
    return (ROOT / name).read_text(encoding="utf-8")


def commands(top, words=("jeta",)):
    """Each command of the command line, with the words that call it."""
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                yield (*words, name), command
                yield from commands(command, (*words, name))


COMMANDS = list(commands(parser()))


def section(words):
    """What docs/cli.md says of a command, up to the next heading."""
    found = re.search(rf"^##+ {' '.join(words)}$(.*?)(?=^##|\Z)", text_of("docs/cli.md"), re.MULTILINE | re.DOTALL)
    assert found, f"docs/cli.md has no heading {' '.join(words)!r}"
    return found[1]


@pytest.mark.parametrize(("words", "command"), COMMANDS, ids=[" ".join(words) for words, _ in COMMANDS])
def test_command_is_documented(words, command):
    """docs/cli.md has a section on each command, with each option and argument."""
    documented = section(words)
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            continue
        for word in set(action.option_strings or [action.metavar]) - EVERYWHERE:
            assert re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", documented), f"{' '.join(words)}: {word}"


@pytest.mark.parametrize(("words", "command"), COMMANDS, ids=[" ".join(words) for words, _ in COMMANDS])
def test_no_option_is_invented(words, command):
    """docs/cli.md names no option that a command does not have."""
    table = re.findall(r"^\| (`-.*?) \|", section(words), re.MULTILINE)
    named = {word for cell in table for word in re.findall(r"`(--?[\w-]+)", cell)}
    assert named <= {word for action in command._actions for word in action.option_strings}


def test_options_of_every_command():
    """What every command takes is said once, above the sections."""
    top = text_of("docs/cli.md").partition("\n## ")[0]
    assert all(f"`{word}`" in top for word in EVERYWHERE)


def test_environment_variables():
    """docs/environment.md names the variables that the docstring of the settings names, and no others."""
    named = re.findall(r"^\| `(\w+)` \|", text_of("docs/environment.md"), re.MULTILINE)
    assert named == re.findall(r"^``(\w+)``", settings.__doc__, re.MULTILINE)


def test_keys_of_the_telemetry_database():
    """The how-to lists every key of an entry, and every kind of list that can be imported."""
    page = text_of("docs/howto/telemetry-database.md")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(READERS)
    assert re.findall(r"^\| `(\w+-[\w-]+)` \|", page, re.MULTILINE) == [importer.NAME for importer in IMPORTERS]


def test_reasons_of_rejection():
    """The how-to on ingest lists every reason for which a row is left out."""
    page = text_of("docs/howto/ingest.md")
    reasons = [value for name, value in vars(rejection).items() if name.isupper() and isinstance(value, str)]
    reasons += [conform.TOO_EARLY, conform.TOO_LATE, conform.TEXT_FOR_NUMBER, conform.INEXACT, NOT_A_TIME]
    reasons += [report.UNKNOWN_ID, report.BAD_NAME, rejection.foreign_origin("..."), "apid ... is excluded"]
    assert [reason for reason in reasons if f"`{reason}`" not in page] == []


def test_formats():
    """The how-to on ingest lists jeta's own formats."""
    page = text_of("docs/howto/ingest.md")
    own = [name for name, known in formats().items() if type(known).__module__.startswith("jeta.")]
    assert [name for name in own if f"| `{name}` |" not in page] == []


def test_forms_of_time():
    """The how-to on times lists every form in which times are shown."""
    shown = text_of("docs/howto/times.md").partition("## Show times")[2]
    assert [form for form in FORMS if f"`{form}`" not in shown] == []


def test_when_the_journal_is_folded():
    """The how-to on folding gives the limits that the code has."""
    page = text_of("docs/howto/fold.md")
    assert f"{target.FOLD_COMMITS} commits" in page
    assert f"{target.FOLD_ROWS:,} rows" in page
    assert f"{target.FOLD_AGE_S / 3600:g} hours old" in page


def test_readme_gives_two_commands_of_one_line():
    """The main job and the tests, each pasted as one line into a fresh checkout."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text_of("README.md"), re.MULTILINE | re.DOTALL)
    assert [block.count("\n") for block in blocks] == [1, 1]
    assert blocks[0].endswith(".venv/bin/jeta demo\n")


def test_ci_runs_the_readme_command():
    """The last line of .ci/run is the README's test command, to the letter."""
    command = re.findall(r"^```sh\n(.*?)\n```", text_of("README.md"), re.MULTILINE)[1]
    assert text_of(".ci/run").splitlines()[-1] == command
    assert "-m pytest" in command


def test_links_lead_somewhere():
    """Every relative link of a page is to a file that exists."""
    missing = []
    for page in [*pages(), ROOT / "CHANGELOG.md"]:
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            missing += [] if (page.parent / link).exists() else [f"{page.name}: {link}"]
    assert missing == []


def anchors(page):
    """Names that headings of a page have, on git forges as in Sphinx."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_into_pages_lead_to_headings():
    """Every link with ``#`` is to a heading of its page."""
    missing = []
    for page in [*pages(), ROOT / "CHANGELOG.md"]:
        for link, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", page.read_text(encoding="utf-8")):
            missing += (
                [] if anchor in anchors(page.parent / link if link else page) else [f"{page.name}: {link}#{anchor}"]
            )
    assert missing == []


def test_the_lesson_on_cheta_changes_five_lines():
    """The script for cheta and the converted one differ as the lesson says."""
    scripts = re.findall(
        r"^```python\n(import.*?)^```", text_of("docs/tutorial/from-cheta.md"), re.MULTILINE | re.DOTALL
    )
    before, after = (script.splitlines() for script in scripts)
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 5


def test_changelog_is_of_this_version():
    """The newest heading of CHANGELOG.md is the version of the package."""
    import jeta

    assert re.findall(r"^## (\S+)", text_of("CHANGELOG.md"), re.MULTILINE)[0] == jeta.__version__
