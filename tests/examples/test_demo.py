"""The examples run, and their results are those that they show."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import jeta

EXAMPLES = Path(__file__).parents[2] / "examples"
SOURCE = str(Path(jeta.__file__).parents[1])


def test_script_runs_and_plots(tmp_path):
    """demo.py goes from files to a picture, and prints a report that accounts for every row."""
    pytest.importorskip("matplotlib", reason="demo.py plots; pip install 'jeta[plot]'")
    done = subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / "demo.py", "--hours", "2"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": SOURCE}, check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report = re.search(
        r"files: ([\d,]+) rows read, ([\d,]+) stored, ([\d,]+) duplicate, 0 replaced, ([\d,]+) rej", done.stdout
    )
    read, stored, duplicate, rejected = (int(number.replace(",", "")) for number in report.groups())
    assert read == stored + duplicate + rejected > 100_000
    assert (tmp_path / "jeta-example/example.png").read_bytes().startswith(b"\x89PNG")


@pytest.fixture
def executed(tmp_path, monkeypatch):
    """The notebook, as it is kept and as it comes out when run now."""
    reason = "running the notebook needs nbclient and ipykernel; pip install 'jeta[notebook]'"
    pytest.importorskip("ipykernel", reason=reason)
    with warnings.catch_warnings():
        # Jupyter's packages announce among themselves what they are going to change.
        warnings.simplefilter("ignore", DeprecationWarning)
        nbclient = pytest.importorskip("nbclient", reason=reason)
        nbformat = pytest.importorskip("nbformat", reason=reason)
        monkeypatch.setenv("PYTHONPATH", SOURCE)
        kept = nbformat.read(EXAMPLES / "demo.ipynb", as_version=4)
        now = nbformat.read(EXAMPLES / "demo.ipynb", as_version=4)
        nbclient.NotebookClient(
            now, kernel_name="python3", timeout=120, resources={"metadata": {"path": str(tmp_path)}}
        ).execute()
    return kept, now


def texts(notebook):
    """What each cell of code of a notebook shows as text."""
    outputs = ([*cell.outputs] for cell in notebook.cells if cell.cell_type == "code")
    return ["".join(out.get("text") or out.data["text/plain"] for out in shown) for shown in outputs]


def test_notebook_shows_what_it_prints(executed):
    """demo.ipynb runs from top to bottom, and its outputs are those that are kept in it."""
    kept, now = executed
    assert texts(now) == texts(kept)
    assert any("rows read" in text for text in texts(kept))


def test_notebook_is_kept_with_its_picture_and_small():
    """Who looks at the notebook without running it sees the plot, and it is no burden to the repository."""
    content = (EXAMPLES / "demo.ipynb").read_text(encoding="utf-8")
    assert '"image/png"' in content
    assert len(content) < 200_000
