# ruff: noqa: INP001 - a script, run by its path
"""Make the pictures that pages show: ``python docs/pictures.py``.

Each page that shows ``pictures/NAME.png`` has a block of code that saves ``NAME.png``. The page is run as the tests run it, and
what it saved is kept beside it, in few colours, so that it is small.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
COLOURS = 64


def main() -> None:
    """Run the pages that show pictures, and keep these."""
    sys.path.insert(0, str(ROOT / "tests"))
    from docs import pages  # noqa: PLC0415 - it is where the line above says

    os.environ.update(pages.environment())
    for page in pages.pages():
        text = page.read_text(encoding="utf-8")
        names = re.findall(r"\]\(pictures/([\w-]+\.png)\)", text)
        if not names:
            continue
        kept = page.parent / "pictures"
        kept.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            pages.Page().run(text)
            for name in names:
                Image.open(name).convert("RGB").quantize(COLOURS).save(kept / name, optimize=True)
            os.chdir(ROOT)


if __name__ == "__main__":
    main()
