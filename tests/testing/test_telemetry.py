"""The public face of simulated telemetry."""

from __future__ import annotations

import pytest

from jeta.testing import telemetry


@pytest.mark.parametrize("name", telemetry.__all__)
def test_every_public_name_is_there_and_documented(name):
    assert name == "FOS_DTYPE" or getattr(telemetry, name).__doc__


def test_public_names_are_listed_once():
    assert len(set(telemetry.__all__)) == len(telemetry.__all__)
