"""Headers and data of a FITS file, one after the other."""

from __future__ import annotations

import gzip

import numpy as np
import pytest
from astropy.io import fits

from formats import fits_example as example
from jeta.errors import FormatError
from jeta.formats.fits_table.parts import is_fits, opened, parts


@pytest.fixture
def path(tmp_path):
    """A picture, a table and another picture."""
    units = [
        fits.PrimaryHDU(np.arange(5000, dtype="i2")),
        example.timed(("A", "J", [1, 2, 3])),
        fits.ImageHDU(np.zeros(7)),
    ]
    fits.HDUList(units).writeto(tmp_path / "x.fits")
    return tmp_path / "x.fits"


@pytest.fixture(params=["plain", "gzip", "members"])
def packed(request, path):
    """The file as it is, packed, and packed in several pieces."""
    data = path.read_bytes()
    if request.param == "gzip":
        path.write_bytes(gzip.compress(data))
    if request.param == "members":
        path.write_bytes(b"".join(gzip.compress(data[at : at + 1000]) for at in range(0, len(data), 1000)))
    return path


def test_all_headers_are_found(packed):
    with opened(packed) as source:
        found = [(part.header.text("XTENSION"), part.size) for part in parts(source)]
    assert found == [("", 10_000), ("BINTABLE", 36), ("IMAGE", 56)]


def test_data_are_those_of_the_part(packed):
    with opened(packed) as source:
        first = next(iter(parts(source)))
        assert np.frombuffer(first.source.take(first.size), ">i2").tolist() == list(range(5000))


def test_some_data_may_be_taken_and_the_rest_is_skipped(packed):
    with opened(packed) as source:
        sizes = [len(part.source.take(min(part.size, 10))) for part in parts(source)]
    assert sizes == [10, 10, 10]


def test_no_more_is_taken_than_there_is(packed):
    with (
        pytest.raises(FormatError, match=r"x.fits: the file is cut short|compressed more than"),
        opened(packed) as source,
    ):
        source.take(10**12)


def test_nothing_is_skipped_beyond_the_end(packed):
    with (
        pytest.raises(FormatError, match=r"x.fits: the file is cut short: [0-9,]+ bytes are missing"),
        opened(packed) as source,
    ):
        source.skip_to(10**7)


def test_file_that_ends_in_a_header(path):
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(FormatError, match=r"x.fits: the file ends within a header"), opened(path) as source:
        list(parts(source))


def test_header_without_end(path):
    path.write_bytes(b"SIMPLE  =                    T".ljust(2880 * 1001))
    with pytest.raises(FormatError, match=r"no END within 1000 blocks"), opened(path) as source:
        list(parts(source))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", False),
        (b"SIMPLE", False),
        (b"SIMPLE  = T", True),
        (gzip.compress(b"SIMPLE  = T"), True),
        (gzip.compress(b"time,value"), False),
        (b"\x1f\x8b damaged", False),
    ],
    ids=["empty", "short", "plain", "gzip", "other-gzip", "damaged-gzip"],
)
def test_beginning_of_fits(tmp_path, content, expected):
    (tmp_path / "x").write_bytes(content)
    assert is_fits(tmp_path / "x") is expected
