"""``python -m jeta`` runs the command line."""

from __future__ import annotations

import sys

from jeta.cli import main

if __name__ == "__main__":
    sys.exit(main())
