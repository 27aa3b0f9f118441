"""Small valid files of every format, from which damaged ones are made."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from formats import fits_example, fos_example
from jeta.formats.edb_csv import EdbCsv
from jeta.formats.edb_json import EdbJson
from jeta.formats.fits_table import FitsTable
from jeta.formats.fof_csv import FofCsv
from jeta.formats.fos_hdf5 import FosHdf5
from jeta.formats.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MS_2022 = 1_640_995_200_000
MAPPING = b"""\
time: {column: UTC, format: iso, scale: utc}
columns:
  TEMP_1: SA_TEMP
  TEMP_2: {msid: SA_TEMP_B, unit: degC, type: float, quality: FLAG}
units_row: true
delimiter: ";"
missing: ["", N/A, -999]
comment: "#"
skip_rows: 1
"""
MAPPED = (
    b"written by hand\nUTC;TEMP_1;TEMP_2;FLAG\n;K;degC;\n2022-01-01T00:00:00;1,5;2;0\n2022-01-01T00:00:01;N/A;3;1\n"
)


@dataclass(frozen=True)
class Target:
    """What is fed with damaged files.

    Attributes
    ----------
    reader : callable
        Makes the format.
    suffix : str
        Of the file's name.
    seeds : tuple of bytes
        Valid files.
    words : tuple of bytes
        What the format gives a meaning to.
    is_mapping : bool
        Whether the bytes are those of the mapping beside the file `MAPPED`.
    """

    reader: Callable[[], Any]
    suffix: str
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()
    is_mapping: bool = False


def targets(folder: Path) -> dict[str, Target]:
    """All of them by name; `folder` is used to write the seeds."""
    made = {
        "fos_hdf5": Target(FosHdf5, ".h5", _fos(folder), (b"TREE", b"HEAP", b"SNOD", b"OHDR", b"GCOL", b"\0\0data1\0")),
        "edb_csv": Target(EdbCsv, ".csv", _edb_csv(), CSV_WORDS),
        "edb_json": Target(EdbJson, ".json", _edb_json(), JSON_WORDS),
        "fof_csv": Target(FofCsv, ".csv", _fof(), CSV_WORDS),
        "fits_table": Target(FitsTable, ".fits", _fits(folder), FITS_WORDS),
        "table_csv": Target(Table, ".csv", TABLES, CSV_WORDS),
        "table_parquet": Target(Table, ".parquet", _parquet(folder), (b"PAR1", b"ARROW:schema", b"\x15\x00\x15")),
        "table_feather": Target(Table, ".feather", _feather(folder), (b"ARROW1", b"\xff\xff\xff\xff", b"\0\0\0\0")),
        "table_mapping": Target(Table, ".csv", (MAPPING,), YAML_WORDS, is_mapping=True),
    }
    zipped = {
        f"{name}_gzip": Target(
            target.reader,
            f"{target.suffix}.gz",
            tuple(gzip.compress(seed, mtime=0) for seed in target.seeds),
            target.words,
        )
        for name, target in made.items()
        if name in {"edb_csv", "edb_json", "fof_csv", "fits_table", "table_csv"}
    }
    return made | zipped


CSV_WORDS = (
    *(b'"', b",", b"\n", b"\r", b"\0", b";", b"\t", b"|", b"#", b"-", b" ", b"\xef\xbb\xbf", b"\xff\xfe", b"\xd9\xa1"),
    *(b"1e999", b"nan", b"inf", b"-0", b"1_000", b"9" * 25, b"0x10", b"1" * 5000, b"x" * 200_000, b"\xed\xa0\x80"),
    *(b"2016-12-31T23:59:60Z", b"2016/12/31 23:59:60", b"0001-01-01", b"9999-12-31T23:59:59.999999999Z", b"+23:59"),
    *(b"theTime", b"euvalue", b"sqldataType", b"varchar", b"bigint", b"real", b"time", b"msid", b"value", b"_bads"),
    *(b"Telemetry Mnemonic", b"Observatory Time", b"EU Value", b"../../etc/passwd", b"CON", b"[degC]", b"(TAI)"),
)
JSON_WORDS = (
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b",",
        b'"',
        b"null",
        b"true",
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"9" * 25,
        b"9" * 5000,
    ),
    *(
        b"\\u0000",
        b"\\ud800",
        b"\\/Date(0)\\/",
        b'"TlmMnemonic":',
        b'"Data":',
        b'"Count":',
        b"[" * 3000,
        b'{"a":' * 3000,
    ),
    *(b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"/Date(-999999999999999999+9999)/", b"\xed\xa0\x80"),
)
FITS_WORDS = (
    *(b"0", b"9" * 12, b"-1", b"1E300", b"nan", b"NAXIS2  =", b"END" + b" " * 77, b"'", b"/", b"\0", b"\xff" * 4),
    *(
        b"1000P(5)",
        b"999999999A",
        b"C",
        b"TDIM5   =",
        b"UTC",
        b"GPS",
        b"TNULL2  =",
        b"TSCAL3  =",
        b"TZERO3  =",
        b"1Q(9)",
    ),
    *(b"PCOUNT  =", b"GCOUNT  =", b"TFIELDS =", b"TTYPE2  =", b"MJDREFI =", b"XTENSION= 'BINTABLE'", b"CONTINUE  '"),
)
YAML_WORDS = (
    *(
        b"&a ",
        b"*a",
        b"<<: *a",
        b"!!python/object/apply:os.system [true]",
        b"!!binary ",
        b"!!int ",
        b"---\n",
        b"...\n",
        b"%YAML 9\n",
    ),
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b": ",
        b"- ",
        b"\t",
        b"'",
        b'"',
        b"|\n",
        b">\n",
        b"? ",
        b"\0",
        b"\xff",
        b"[" * 2000,
        b"a: " * 500,
    ),
    *(
        b"time",
        b"columns",
        b"msid",
        b"value",
        b"quality",
        b"encoding: idna",
        b"encoding: utf-7",
        b"delimiter",
        b"names",
        b"decimal",
    ),
    *(
        b"skip_rows: 999999999999",
        b"format: '%'",
        b"format: '%d%d'",
        b"epoch: 9999-12-31",
        b"0o7",
        b"1e9",
        b"~",
        b"true",
    ),
)
TABLES = (
    b"time,SA_TEMP,SA_VOLT\n2026-01-01T00:00:00Z,20.5,OPEN\n2026-01-01T00:01:00+02:00,,CLOSED\n2026:003:00:00:00,1e5,\n",
    b"msid,time,value,bad\nA,2026:001:00:00:00.000,1,0\nB,2026:001:00:00:00.000,ON,1\nA,2026:001:00:00:01.000,2.5,0\n",
    b"time;A [degC];B (V)\n1700000000;1,5;2\n1700000001;2,5;3\n",
    b"mjd\tA\tA_bads\n59000.5\t1\t0\n59001.25\t2\tbad\n",
    "time,A\n2026-01-01,\u00e4\n".encode("utf-16"),
)


def _fos(folder: Path) -> tuple[bytes, ...]:
    """Rows as they are, deflated, and through filters of HDF5; the last with the newest structures of HDF5."""
    first = fos_example.rows([7, 5, 7, 0], values=[1, 2, 3, 0], texts=[b"", b"ON", b"", b""], alarms=[0, 0, 4, 0])
    second = fos_example.rows([5, 7], fos_example.START_MS + np.array([10, 11]), [1, 4], [b"OFF", b""])
    kinds: tuple[dict[str, Any], ...] = (
        {},
        {"chunks": (3,), "maxshape": (None,), "compression": "gzip", "shuffle": True},
        {"chunks": (2,), "compression": "lzf", "fletcher32": True},
        {"chunks": (2,), "maxshape": (None,), "compression": "gzip", "libver": "latest"},
    )
    return tuple(fos_example.write(folder / "seed.h5", first, second, **kind).read_bytes() for kind in kinds)


def _edb_csv() -> tuple[bytes, ...]:
    """Numbers and texts."""
    head = "theTime,MJD,euvalue,sqldataType\r\n"
    return (
        (head + "2022-01-01 00:00:00.000000,59580.0,0.1,real\r\n2022-01-01 00:00:00.25,59580.0,7,int\r\n").encode(),
        (
            head + '"2022-01-01 00:00:00.000001","5","on, ""really""",varchar\r\n2022-01-01 00:00:01,5,off,varchar\r\n'
        ).encode(),
    )


def _edb_json() -> tuple[bytes, ...]:
    """One series, and a list of two."""
    data = [
        {"ObsTime": f"/Date({MS_2022 + at}+0000)/", "EUValue": value} for at, value in enumerate([1, 2.5, True, None])
    ]
    one = {"TlmMnemonic": "SA_ZMODE", "AllPoints": 1, "Count": 4, "Data": data}
    texts = {"TlmMnemonic": "B", "Data": [{"ObsTime": "/Date(-5)/", "EUValue": "ON"}]}
    return json.dumps(one).encode(), json.dumps([one, texts]).encode()


def _fof() -> tuple[bytes, ...]:
    """Two MSIDs of mixed values."""
    values = [1, "ON", 2.5, -3, "OFF"]
    lines = [f"{'AB'[row % 2]},2022/05/23 00:00:0{row}.5,{values[row % 5]}\n" for row in range(9)]
    return (("Telemetry Mnemonic,Observatory Time,EU Value\n" + "".join(lines)).encode(),)


def _fits(folder: Path) -> tuple[bytes, ...]:
    """Columns of every kind, and dates as times."""
    columns = [
        ("QUALITY", "9X", np.zeros((3, 9), bool)),
        ("A", "I", [1, 2, 3], {"null": 2}),
        ("B", "3E", np.zeros((3, 3))),
        ("S", "4A", ["ON", "OFF", "ON"]),
        ("X", "8X", np.ones((3, 8), bool)),
        ("L", "L", [True, False, True]),
        ("U", "J", np.array([1, 2, 3], "u4"), {"bzero": 2**31}),
        ("V", "PJ()", np.array([np.array([1]), np.array([2, 3]), np.array([])], dtype=object)),
    ]
    dates = [("TIME", "23A", ["2022-01-01T00:00:00.000"] * 2), ("A", "D", [1.0, 2.0])]
    path = folder / "seed.fits"
    found = []
    for table in (fits_example.timed(*columns), fits_example.table(dates, {"TIMESYS": "UTC"})):
        path.unlink(missing_ok=True)
        found.append(fits_example.write(path, table).read_bytes())
    return tuple(found)


def _arrow() -> Any:
    """A wide table with holes, texts in a dictionary, and a type that has to be converted."""
    import pyarrow as pa

    return pa.table(
        {
            "time": pa.array([MS_2022, MS_2022 + 1, None], pa.timestamp("ms", tz="UTC")),
            "SA_TEMP": pa.array([20.5, float("nan"), 21.5]),
            "SA_MODE": pa.array(["ON", None, "OFF"]).dictionary_encode(),
            "SA_TEXT": pa.array(["a", "bc", "def"]),
            "SA_FLAG": pa.array([True, False, None]),
        }
    )


def _parquet(folder: Path) -> tuple[bytes, ...]:
    """Packed and not."""
    from pyarrow import parquet

    path = folder / "seed.parquet"
    found = []
    for options in ({}, {"compression": "none", "use_dictionary": False, "data_page_version": "2.0"}):
        parquet.write_table(_arrow(), path, **options)
        found.append(path.read_bytes())
    return tuple(found)


def _feather(folder: Path) -> tuple[bytes, ...]:
    """Packed and not."""
    from pyarrow import feather

    path = folder / "seed.feather"
    found = []
    for kind in ("uncompressed", "lz4"):
        feather.write_feather(_arrow(), path, compression=kind)
        found.append(path.read_bytes())
    return tuple(found)
