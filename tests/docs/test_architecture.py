"""The page on the architecture is that of the source: its folders, their rows, and the homes of packages."""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path

import pytest

import jeta
from docs.pages import ROOT

PAGE = (ROOT / "docs/explanation/architecture.md").read_text(encoding="utf-8")
PICTURE = (ROOT / "docs/_static/architecture.svg").read_text(encoding="utf-8")
CONTRACTS = {
    each["id"]: each
    for each in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
}
OTHER_UNITS = {"fetch_eng", "fetch_sci", "fetch_cxc"}
NOT_OURS = {"__init__.py", "pyproject.toml", "tool.importlinter"}
NAMED = {name.removeprefix("jeta.") for name in re.findall(r"`((?:[a-z_]+\.)+[a-z_]+)`", PAGE)} - NOT_OURS


def present():
    """Folders and modules of the source; names in other units are told with fetch."""
    found = {path.stem for path in Path(jeta.__file__).parent.iterdir() if path.suffix in {"", ".py"}}
    return {name for name in found if not name.startswith("_")} - OTHER_UNITS


def rows():
    """The rows of the rule, from the top, of what is there."""
    layers = CONTRACTS["layers"]["layers"]
    return [row for row in ([n for n in re.findall(r"\w+", layer) if n in present()] for layer in layers) if row]


def test_each_folder_is_told_of_in_the_order_of_the_rows():
    """The table of folders has every one once, from the top row to the bottom."""
    told = re.findall(r"^\| `(\w+)` \| ", PAGE.partition("## Folders")[2].partition("\n## ")[0], re.MULTILINE)
    assert sorted(told) == sorted(present())
    numbers = {name: number for number, row in enumerate(rows()) for name in row}
    assert [numbers[name] for name in told] == sorted(numbers.values())


def test_the_picture_has_the_rows_of_the_rule():
    """Boxes at one height are the folders of one row."""
    boxes = re.findall(r'<rect x="[\d.]+" y="(\d+)".*?class="name">(\w+)<', PICTURE, re.DOTALL)
    drawn = {height: sorted(name for each, name in boxes if each == height) for height, _ in boxes}
    assert list(drawn.values()) == [sorted(row) for row in rows()]


@pytest.mark.parametrize("contract", ["hdf5", "matplotlib", "yaml", "sql"])
def test_homes_of_packages_are_those_that_are_checked(contract):
    """The table of packages gives the folders that may import them."""
    names = {"yaml": "PyYAML"}
    for package in CONTRACTS[contract]["forbidden_modules"]:
        told = re.search(rf"^\| [^|]*\b{names.get(package, package)}\b[^|]* \| (.*) \|$", PAGE, re.MULTILINE)[1]
        homes = re.findall(rf'"?jeta\.(\w+)[.*]* -> {package}\b', "\n".join(CONTRACTS[contract]["ignore_imports"]))
        assert set(re.findall(r"`(\w+)`", told)) == set(homes)


@pytest.mark.parametrize("name", sorted(NAMED))
def test_what_the_page_names_is_there(name):
    """Each module, function and class that the page names in full."""
    thing = importlib.import_module("jeta")
    for depth, part in enumerate(name.split("."), 1):
        path = ".".join(["jeta", *name.split(".")[:depth]])
        thing = getattr(thing, part, None) or importlib.import_module(path)
