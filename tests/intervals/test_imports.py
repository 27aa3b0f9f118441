"""What importing the arithmetic of intervals costs."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["jeta.intervals", "jeta.quality"])
def test_importing_loads_neither_astropy_nor_pandas(module):
    """Only making a table, or reading one from a file, pays for astropy."""
    code = f"import sys, {module}; print({{'astropy', 'pandas', 'h5py', 'yaml'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
