"""What importing and using the package loads."""

from __future__ import annotations

import subprocess
import sys

import pytest

import jeta.times

HEAVY = ("astropy", "pandas", "matplotlib", "scipy", "h5py", "yaml")


def loaded_after(code):
    """Heavy packages that a fresh interpreter has loaded after running code."""
    report = f"import sys\n{code}\nprint(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_import_loads_nothing_heavy():
    """Only numpy and the standard library."""
    assert loaded_after("import jeta.times") == []


@pytest.mark.parametrize(
    "value",
    [
        "'2022:143'",
        "'2022:143:00:36:07.888'",
        "'2022-05-23T00:36:07.888Z'",
        "1653266167.888",
        "numpy.datetime64('2022-05-23')",
        "None",
        "'-2d 12hr'",
        "'2022143003607888'",
        "['2022:143', '2022-05-23']",
        "[datetime.datetime(2022, 5, 23)]",
    ],
)
def test_plain_forms_load_nothing_heavy(value):
    """A fetch does not pay for a general parser."""
    code = f"import datetime, numpy\nfrom jeta.times import *\nto_seconds({value}, 'cxcsec')\nto_ticks({value})"
    assert loaded_after(code) == []


def test_shown_forms_load_nothing_heavy():
    """Nor does showing, except as astropy Time."""
    code = "from jeta.times import FORMS, show\n[show([1e9], form, 'cxcsec') for form in FORMS if form != 'astropy']"
    assert loaded_after(code) == []


def test_public_names():
    """Every name of the public list exists and is documented."""
    documented = [name for name in jeta.times.__all__ if getattr(jeta.times, name).__doc__]
    assert documented == jeta.times.__all__
