"""The formats of single files pass the suite that jeta offers to plug-in writers."""

from __future__ import annotations

import gzip
import json

import numpy as np

from formats import fits_example, fos_example
from jeta.formats.edb_csv import EdbCsv
from jeta.formats.edb_json import EdbJson
from jeta.formats.fits_table import FitsTable
from jeta.formats.fof_csv import FofCsv
from jeta.formats.fos_hdf5 import FosHdf5
from jeta.samples import Samples
from jeta.testing.formats import STRANGERS, FormatTests

HEADER = "theTime,MJD,euvalue,sqldataType\r\n"
SERIES = {"TlmMnemonic": "SA_ZFGDETID", "Count": 1, "Data": [{"ObsTime": "/Date(1653264753232+0000)/", "EUValue": 1}]}
OTHERS = {"edb.csv": HEADER.encode(), "edb.json": json.dumps(SERIES).encode()}
MS_2022 = 1_640_995_200_000


def zipped(plain):
    """Put a file into a compressed one in its place."""
    path = plain.with_name(plain.name + ".gz")
    path.write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
    plain.unlink()
    return path


class TestEdbCsvNumbers(FormatTests):
    def strangers(self):
        return {**STRANGERS, "edb.json": OTHERS["edb.json"]}

    def make_format(self):
        return EdbCsv()

    def write_file(self, folder):
        path = folder / "SA_ZATTEST2-20220101T000000-20220101T000001.csv"
        lines = [
            "2022-01-01 00:00:00.000000,59580.0,0.1,real",
            "2022-01-01 00:00:00.256000,59580.0,-1e-300,real",
            "2022-01-01 00:00:00.512000,59580.0,NaN,real",
        ]
        path.write_text(HEADER + "\r\n".join(lines) + "\r\n", newline="")
        return path

    def expected(self):
        return {"SA_ZATTEST2": Samples(MS_2022 + np.array([0, 256, 512]), "ms", np.array([0.1, -1e-300, np.nan]))}


class TestEdbCsvTexts(TestEdbCsvNumbers):
    def write_file(self, folder):
        path = folder / "SA_ZMODE.csv"
        lines = [
            '"2022-01-01 00:00:00.000001","59580.0","on, ""really""",varchar',
            '"2022-01-01 00:00:00.000002","59580.0","off\r\nnow",varchar',
        ]
        path.write_text(HEADER + "\r\n".join(lines) + "\r\n", newline="")
        return path

    def expected(self):
        ticks = MS_2022 * 1000 + np.array([1, 2])
        return {"SA_ZMODE": Samples.from_texts(ticks, "us", ['on, "really"', "off\r\nnow"])}


class TestEdbJson(FormatTests):
    def strangers(self):
        return {**STRANGERS, "edb.csv": OTHERS["edb.csv"]}

    def make_format(self):
        return EdbJson()

    def write_file(self, folder):
        path = folder / "sa_zmode.json"
        data = [{"ObsTime": f"/Date({MS_2022 + at}+0000)/", "EUValue": text} for at, text in [(0, "ON"), (9, "OFF")]]
        path.write_text(json.dumps({"TlmMnemonic": "SA_ZMODE", "AllPoints": 1, "Count": 2, "Data": data}))
        return path

    def expected(self):
        return {"SA_ZMODE": Samples.from_texts(MS_2022 + np.array([0, 9]), "ms", ["ON", "OFF"])}


class TestEdbJsonList(TestEdbJson):
    def write_file(self, folder):
        path = folder / "several.json"
        other = {**SERIES, "TlmMnemonic": "B", "Data": [{"ObsTime": "/Date(-5)/", "EUValue": 2.5}]}
        path.write_text(json.dumps([SERIES, other]))
        return path

    def expected(self):
        return {
            "SA_ZFGDETID": Samples(np.array([1_653_264_753_232]), "ms", np.array([1])),
            "B": Samples(np.array([-5]), "ms", np.array([2.5])),
        }


class TestFosHdf5(FormatTests):
    def strangers(self):
        return {**STRANGERS, **OTHERS}

    def storage(self):
        return {}

    def make_format(self):
        return FosHdf5()

    def write_file(self, folder):
        first = fos_example.rows([7, 5, 7, 0], values=[1, 2, 3, 0], texts=[b"", b"ON", b"", b""], alarms=[0, 0, 4, 0])
        second = fos_example.rows([5, 7], fos_example.START_MS + np.array([10, 11]), [1, 4], [b"OFF", b""])
        return fos_example.write(folder / "E2022060000000_00.h5", first, second, **self.storage())

    def expected(self):
        start = fos_example.START_MS
        return {
            5: Samples.from_texts(start + np.array([1, 10]), "ms", ["ON", "OFF"], raws=[2, 1]),
            7: Samples(
                start + np.array([0, 2, 11]), "ms", np.array([1.0, 3.0, 4.0]), alarm=np.array([0, 4, 0], np.int16)
            ),
        }


class TestFosHdf5Deflated(TestFosHdf5):
    def storage(self):
        return {"chunks": (3,), "maxshape": (None,), "compression": "gzip"}


class TestFosHdf5Shuffled(TestFosHdf5):
    def storage(self):
        return {"chunks": (2,), "compression": "gzip", "shuffle": True}


class TestFosHdf5ThroughHdf5(TestFosHdf5):
    def storage(self):
        return {"chunks": (2,), "compression": "lzf", "fletcher32": True}


class TestFosHdf5Gzip(TestFosHdf5):
    """Compressed as a whole, as a folder of processed files keeps it."""

    def write_file(self, folder):
        return zipped(super().write_file(folder))


class TestEdbCsvGzip(TestEdbCsvTexts):
    def write_file(self, folder):
        return zipped(super().write_file(folder))


class TestEdbJsonGzip(TestEdbJson):
    def write_file(self, folder):
        return zipped(super().write_file(folder))


class TestFofCsv(FormatTests):
    def strangers(self):
        return {**STRANGERS, **OTHERS}

    def make_format(self):
        return FofCsv()

    def write_file(self, folder):
        path = folder / "fof.csv"
        path.write_text(
            "Telemetry Mnemonic,Observatory Time,EU Value\n"
            "SA_B,2022/01/01 00:00:00.009,2.5\n"
            "SA_A,2022/01/01 00:00:00.000,ON\n"
            "SA_B,2022/01/01 00:00:00.001,nan\n"
        )
        return path

    def expected(self):
        return {
            "SA_B": Samples(MS_2022 + np.array([9, 1]), "ms", np.array([2.5, np.nan])),
            "SA_A": Samples.from_texts(MS_2022 + np.array([0]), "ms", ["ON"]),
        }


class TestFofCsvGzip(TestFofCsv):
    def write_file(self, folder):
        return zipped(super().write_file(folder))


class TestFitsTable(FormatTests):
    def strangers(self):
        return {**STRANGERS, **OTHERS}

    def make_format(self):
        return FitsTable()

    def write_file(self, folder):
        path = folder / "acaf.fits"
        path.unlink(missing_ok=True)
        columns = [("QUALITY", "J", [0, 1, 0]), ("TEMP", "E", [0.1, np.nan, 3]), ("MODE", "4A", ["ON", "OFF", "ON"])]
        return fits_example.write(path, fits_example.timed(*columns))

    def expected(self):
        ticks = fits_example.ZERO_UNIX_MS + np.array([10_000, 11_000, 12_000])
        quality = np.array([0, 1, 0], np.uint8)
        return {
            "QUALITY": Samples(ticks, "ms", np.array([0, 1, 0], np.int32)),
            "TEMP": Samples(ticks, "ms", np.array([0.1, np.nan, 3], np.float32), quality=quality),
            "MODE": Samples.from_texts(ticks, "ms", ["ON", "OFF", "ON"], quality=quality),
        }


class TestFitsTableGzip(TestFitsTable):
    def write_file(self, folder):
        return zipped(super().write_file(folder))
