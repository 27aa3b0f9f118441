"""FITS tables of any columns and clocks, against astropy and against arithmetic without rounding."""

from __future__ import annotations

import gzip
import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formats import fits_example as example
from jeta.errors import FormatError
from jeta.formats.fits_table import FitsTable
from jeta.formats.fits_table.clock import instants
from jeta.formats.fits_table.header import Header, parse_cards
from jeta.formats.table.rules import TimeRule
from jeta.testing.formats import check_delivery
from jeta.times import unix_ticks_to_cxcsec_ticks
from jeta.times.ticks import TICKS_PER_SECOND, ticks_to_seconds

QUIET = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
FORMS = {"B": "u1", "I": "i2", "J": "i4", "K": "i8", "E": "f4", "D": "f8", "L": "?", "X": "?"}
UNSIGNED = {"I": ("u2", 2**15), "J": ("u4", 2**31), "K": ("u8", 2**63)}
LETTERS = st.text("ABC xyz019-", max_size=5)


@st.composite
def columns(draw, rows):
    """One column: how it is written, its values, and more keywords."""
    form = draw(st.sampled_from([*FORMS, "A", "unsigned"]))
    width = draw(st.integers(1, 11))
    if form == "A":
        return "5A", np.array(draw(st.lists(LETTERS, min_size=rows, max_size=rows)), "U5").reshape(rows), {}
    keywords = {}
    if form == "unsigned":
        form = draw(st.sampled_from(sorted(UNSIGNED)))
        dtype, keywords["bzero"] = UNSIGNED[form]
    else:
        dtype = FORMS[form]
    data = draw(st.binary(min_size=rows * width * 8, max_size=rows * width * 8))
    numbers = np.frombuffer(data, np.uint8)
    values = numbers > 127 if dtype == "?" else numbers.view(dtype)
    values = values[: rows * width]
    return f"{width}{form}", values.reshape(rows, width), keywords


@st.composite
def tables(draw):
    """Some columns of as many rows."""
    rows = draw(st.integers(1, 5))
    return rows, draw(st.lists(columns(rows), min_size=1, max_size=6))


def values_of(samples):
    """What a user sees."""
    return [] if samples is None else samples.decoded().tolist()


@QUIET
@given(tables(), st.booleans())
def test_every_value_is_what_was_written(table, zipped):
    """Of columns of all types and widths, each element comes back in its type, and every row is accounted for."""
    rows, written = table
    made = [
        (f"C{at}", form, values.reshape(-1) if form[0] == "1" and form[1:] in "BIJKEDL" else values, more)
        for at, (form, values, more) in enumerate(written)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = example.write(Path(folder) / "x.fits", example.timed(*made, seconds=np.arange(rows) * 0.5))
        if zipped:
            path.write_bytes(gzip.compress(path.read_bytes(), 1))
        delivery = FitsTable().read(path)
        told = FitsTable().describe(path)
    check_delivery(delivery)
    found = example.by_key(delivery)
    assert set(found) <= set(told.keys)
    for (name, form, *_), (_, values, _) in zip(made, written, strict=True):
        if form == "5A":
            stripped = [text.rstrip() for text in values.tolist()]
            assert values_of(found.get(name)) == [text for text in stripped if text]
            assert delivery.rejected[name, "no value"] == sum(not text for text in stripped)
            continue
        for at in range(values.shape[1]):
            key = name if values.shape[1] == 1 else f"{name}_{at}"
            assert found[key].values.dtype == values.dtype
            np.testing.assert_array_equal(found[key].values, values[:, at])


@QUIET
@given(
    st.integers(1, 8).flatmap(
        lambda width: st.lists(st.lists(st.booleans(), min_size=width + 2, max_size=width + 2), min_size=1, max_size=6)
    ),
    st.sampled_from("XLB"),
)
def test_each_flag_marks_its_column_and_that_of_the_time_all(flags, form):
    """Flags as bits, truth values or numbers: of column i, of the time, of QUALITY itself."""
    flags = np.array(flags)
    rows, width = flags.shape
    values = [(f"A{at}", "J", np.arange(rows)) for at in range(width - 2)]
    quality = ("QUALITY", f"{width}{form}", flags if form != "B" else flags.astype("u1") * 7)
    with tempfile.TemporaryDirectory() as folder:
        path = example.write(Path(folder) / "x.fits", example.timed(quality, *values, seconds=np.arange(rows)))
        found = example.by_key(FitsTable().read(path))
    for at in range(width - 2):
        bad = flags[:, at + 2] | flags[:, 0]
        quality_found = found[f"A{at}"].quality
        assert (quality_found is None) == (not bad.any())
        assert quality_found is None or quality_found.tolist() == bad.tolist()


def clock(seconds, **keywords):
    """Instants by a header that is made of texts."""
    cards = [f"{key:8}= {value}".ljust(80).encode() for key, value in keywords.items()]
    return instants(np.array(seconds, float), "", [Header(parse_cards(cards))], TimeRule())


@QUIET
@given(
    st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=5),
    st.integers(-5_000, 20_000),
    st.integers(-(10**9), 10**9),
    st.sampled_from([("TT", 0), ("TAI", 32_184_000), ("GPS", 51_184_000)]),
)
def test_instants_are_those_of_arithmetic_without_rounding(thousandths, days, zero_us, scale):
    """Times of a thousandth of a second, a reference in whole days and a zero in microseconds add up exactly."""
    name, ahead_us = scale
    zero = f"{zero_us}E-6"
    found, system = clock([one / 1000 for one in thousandths], MJDREF=50_814 + days, TIMESYS=f"'{name}'", TIMEZERO=zero)
    ticks = found.ticks if system == "cxcsec" else unix_ticks_to_cxcsec_ticks(found.ticks, found.resolution)
    expected = [Fraction(one, 1000) + days * 86_400 + Fraction(zero_us + ahead_us, 10**6) for one in thousandths]
    assert found.valid.all()
    assert [Fraction(int(tick), TICKS_PER_SECOND[found.resolution]) for tick in ticks] == expected


@QUIET
@given(st.lists(st.floats(-3e9, 3e9), min_size=1, max_size=6))
def test_chandra_seconds_come_back_bit_for_bit(seconds):
    """Any float64 that is a time of a mission, but for those that are finer than a nanosecond."""
    kept = [second for second in seconds if second == 0 or abs(second) > 2**23]
    found, system = clock(kept or [0.0], MJDREF="50814.", TIMESYS="'TT'")
    ticks = found.ticks if system == "cxcsec" else unix_ticks_to_cxcsec_ticks(found.ticks, found.resolution)
    np.testing.assert_array_equal(ticks_to_seconds(ticks, found.resolution), np.array(kept or [0.0]))


@pytest.mark.parametrize("leap", ["1998-12-31", "2005-12-31", "2008-12-31", "2012-06-30", "2015-06-30", "2016-12-31"])
def test_each_leap_second_since_1998_is_passed_evenly(leap):
    """Seconds around the midnight are as far from each other as they were written, whatever the clock."""
    start_tt_s = int((np.datetime64(leap) - np.datetime64("1998-01-01")).astype(int)) * 86_400 + 86_400 + 60
    found, system = clock(np.arange(start_tt_s, start_tt_s + 10, 0.5), MJDREF="50814.", TIMESYS="'TT'")
    assert system == "cxcsec"
    assert set(np.diff(found.ticks).tolist()) == {500}


@QUIET
@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(-1e7, 1e7), st.sampled_from(["TT", "UTC", "GPS"]))
def test_any_number_is_an_instant_or_none(second, mjd, scale):
    """Nothing wraps around: what is valid is within a day of where float64 puts it."""
    try:
        found, system = clock([second, 1.0], MJDREF=f"{mjd:.6f}", TIMESYS=f"'{scale}'")
    except FormatError:  # the reference is too far away
        assert abs(mjd - 50_814) > 92_000
        return
    for tick, valid, value in zip(found.ticks.tolist(), found.valid.tolist(), [second, 1.0], strict=True):
        if valid:
            zero = (mjd - 40_587) * 86_400 if system == "unix" else (mjd - 50_814) * 86_400
            assert abs(tick / TICKS_PER_SECOND[found.resolution] - (zero + value)) < 86_400


def test_astropy_reads_the_same_from_scaled_columns(tmp_path):
    """Scales and zeros of all kinds, with the numbers that astropy makes of them."""
    path = example.write(
        tmp_path / "x.fits", example.timed(*[(f"C{at}", form, [1, 2, 100]) for at, form in enumerate("BIJED")])
    )
    with fits.open(path, mode="update", memmap=False) as file:
        for at in range(5):
            file[1].header[f"TSCAL{at + 2}"], file[1].header[f"TZERO{at + 2}"] = 0.25, -3.5
    found = example.by_key(FitsTable().read(path))
    with fits.open(path) as file:
        for at in range(5):
            np.testing.assert_array_equal(found[f"C{at}"].values, file[1].data[f"C{at}"].astype(float))
