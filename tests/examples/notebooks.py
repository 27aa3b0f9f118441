"""The notebooks of ``examples/``, as they are kept and as they come out when run now.

``python tests/examples/notebooks.py examples/*.ipynb`` runs notebooks and keeps what they show now.
"""

from __future__ import annotations

import base64
import io
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import jeta

EXAMPLES = Path(__file__).parents[2] / "examples"
_WIDGET = "application/vnd.jupyter.widget-view+json"
SOURCE = str(Path(jeta.__file__).parents[1])


def read(name: str) -> Any:
    """A notebook as it is kept."""
    import nbformat

    return nbformat.read(EXAMPLES / name, as_version=4)


def executed(name: str, folder: Path) -> Any:
    """A notebook as it comes out when run in a folder, by a kernel that has this jeta; the folder is shown as ``/home/ann``."""
    with warnings.catch_warnings():
        # Jupyter's packages announce among themselves what they are going to change.
        warnings.simplefilter("ignore", DeprecationWarning)
        import nbclient
        import nbformat

        notebook = read(name)
        where = {"metadata": {"path": str(folder)}}
        nbclient.NotebookClient(notebook, kernel_name="python3", timeout=120, resources=where).execute()
        return nbformat.reads(nbformat.writes(notebook).replace(str(folder), "/home/ann"), as_version=4)


def texts(notebook: Any) -> list[str]:
    """What each cell of code shows as text; without bars, which only a slow machine shows."""
    cells = (cell.outputs for cell in notebook.cells if cell.cell_type == "code")
    outputs = ([out for out in shown if _WIDGET not in out.get("data", {})] for shown in cells)
    return ["".join(out.get("text") or out.data["text/plain"] for out in shown) for shown in outputs]


def code(notebook: Any) -> str:
    """All cells of code."""
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


def _in_few_colours(png: str) -> str:
    """A picture, in base64, that takes a third of the space."""
    from PIL import Image

    small = io.BytesIO()
    Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB").quantize(64).save(small, "PNG", optimize=True)
    return base64.b64encode(small.getvalue()).decode()


def _keep(path: Path) -> None:
    """Run a notebook and write it back with its outputs, pictures in few colours."""
    import nbformat

    with tempfile.TemporaryDirectory() as folder:
        notebook = executed(path.name, Path(folder))
    for cell in notebook.cells:
        cell.metadata = {}
        for out in cell.get("outputs", []):
            if "image/png" in out.get("data", {}):
                out.data["image/png"] = _in_few_colours(out.data["image/png"])
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    nbformat.write(notebook, path)


if __name__ == "__main__":
    os.environ["PYTHONPATH"] = SOURCE
    for name in sys.argv[1:]:
        _keep(Path(name).absolute())
