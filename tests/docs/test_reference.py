"""The check that the reference is complete finds what is missing; the reference itself needs Sphinx, see noxfile.py."""

from __future__ import annotations

import importlib.util
import zlib

import pytest

from docs.pages import ROOT

SCRIPT = ROOT / "docs/check_reference.py"


@pytest.fixture(scope="module")
def check():
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("check_reference", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def names(check):
    """Every name that the reference must have, and what it stands for."""
    return dict(check.wanted())


@pytest.fixture
def built(tmp_path):
    """Return what writes an inventory, as Sphinx does, of some names."""

    def write(names):
        lines = "".join(f"{name} py:function 1 page.html#$ -\n" for name in names)
        path = tmp_path / "objects.inv"
        path.write_bytes(b"# a\n# b\n# c\n# d\n" + zlib.compress(lines.encode()))
        return path

    return write


def test_a_whole_reference_passes(check, names, built, capsys):
    """With every name described, nothing is missing."""
    assert check.main(built(names)) == 0
    assert capsys.readouterr().out.endswith(f"{len(names):,} names, 0 missing\n")


@pytest.mark.parametrize("gone", ["jeta.fetch.MSID.plot", "jeta.fetch.MSIDset.to_pandas", "jeta.intervals.runs"])
def test_what_is_missing_is_named(check, names, built, capsys, gone):
    """A method that stands with its base only, and all of a module, are found."""
    kept = [name for name in names if not f"{name}.".startswith(f"{gone}.")]
    assert check.main(built(kept)) == 1
    assert f"not in the reference: {gone}" in capsys.readouterr().out


def test_a_name_that_is_passed_on_may_be_described_under_any_other(check, names, built):
    """A function that a package passes on has one description."""
    assert {"jeta.update.append", "jeta.times.show"} <= set(names)
    assert check.main(built(set(names) - {"jeta.fetch.telem.show"})) == 0


@pytest.mark.parametrize(
    "name", ["jeta.cli.main", "jeta.fetch.np", "jeta.fetch.MSID._convert", "jeta.fetch.MSIDset.move_to_end"]
)
def test_what_is_not_public_or_not_ours_is_not_asked_for(names, name):
    """The command line, other packages, private names, and what dict brings."""
    assert name not in names
