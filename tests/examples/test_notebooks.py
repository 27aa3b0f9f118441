"""The notebooks of ``examples/`` run from top to bottom, and show what they are kept with."""

from __future__ import annotations

import re

import pytest

from examples import notebooks

NAMES = sorted(path.name for path in notebooks.EXAMPLES.glob("*.ipynb"))
PACKAGES = {
    "demo.ipynb": ["matplotlib"],
    "tables.ipynb": ["pandas", "xarray", "pyarrow"],
    "trending.ipynb": ["matplotlib", "plotly"],
}


@pytest.mark.parametrize("name", NAMES)
def test_notebook_shows_what_it_prints(name, tmp_path, monkeypatch):
    """It runs from top to bottom in an empty folder, and its outputs as text are those that are kept in it."""
    for package in ["ipykernel", "nbclient", "nbformat", *PACKAGES[name]]:
        pytest.importorskip(package, reason=f"{name} needs it; pip install 'jeta[all]'", exc_type=ImportError)
    monkeypatch.setenv("PYTHONPATH", notebooks.SOURCE)
    kept = notebooks.texts(notebooks.read(name))
    assert notebooks.texts(notebooks.executed(name, tmp_path)) == kept
    assert any("rows read" in text for text in kept)


@pytest.mark.parametrize("name", NAMES)
def test_notebook_is_small_and_writes_in_its_own_folder_only(name):
    """It is no burden to the repository, all cells are kept with what they show, and one folder is all that it makes."""
    assert (notebooks.EXAMPLES / name).stat().st_size < 200_000
    kept = notebooks.read(name)
    cells = [cell for cell in kept.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert re.findall(r'Path\("(.*?)"\)', notebooks.code(kept))[0].startswith("jeta-")


@pytest.mark.parametrize("name", ["demo.ipynb", "trending.ipynb"])
def test_notebook_is_kept_with_its_pictures(name):
    """Who looks at the notebook without running it sees the plots."""
    assert '"image/png"' in (notebooks.EXAMPLES / name).read_text(encoding="utf-8")


def test_there_are_three():
    """All notebooks are tested, and what they need is known."""
    assert set(NAMES) == set(PACKAGES)
