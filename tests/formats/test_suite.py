"""The conformance suite finds what is wrong with a format."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from formats import fos_example
from formats.test_conformance import TestEdbCsvNumbers as Suite
from jeta.formats.batch import Batch, Delivery
from jeta.formats.edb_csv import EdbCsv
from jeta.formats.fos_hdf5 import FosHdf5
from jeta.samples import Samples
from jeta.testing.formats import check_delivery, check_samples, check_shares, same_samples

GOOD = Samples(np.array([1, 2]), "ms", np.array([1.0, np.nan]))
TEXTS = Samples.from_texts(np.array([1, 2]), "ms", ["A", "B"], raws=[1, np.nan])


@pytest.mark.parametrize("samples", [GOOD, TEXTS])
def test_good_samples_pass(samples):
    check_samples(samples)
    assert same_samples(samples, samples)


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (GOOD.take(slice(0)), "no rows"),
        (replace(GOOD, ticks=np.array([1.0, 2.0])), "ticks are float64"),
        (replace(GOOD, resolution="s"), "the resolution is 's'"),
        (replace(GOOD, values=np.array([1.0])), r"values has shape \(1,\)"),
        (replace(GOOD, values=np.array([1.0, 2.0], ">f8")), "byte order"),
        (replace(GOOD, values=np.array(["a", "b"])), "values without texts"),
        (replace(GOOD, alarm=np.array([1, 2])), "alarm is int64"),
        (replace(GOOD, quality=np.array([1], np.uint8)), "quality has shape"),
        (replace(TEXTS, values=np.array([0, 2], np.uint8)), "for 2 levels"),
        (replace(TEXTS, values=np.array([0, 1])), "codes are int64"),
        (replace(TEXTS, raws=None), "raws are not one for each"),
        (replace(TEXTS, texts=np.array(["A ", "B"])), "trailing blanks"),
    ],
)
def test_samples_that_are_not_well_formed(samples, message):
    with pytest.raises(AssertionError, match=message):
        check_samples(samples)


@pytest.mark.parametrize(
    ("delivery", "message"),
    [
        (Delivery("p", "f", 3, (Batch("A", GOOD),)), "3 rows read, but 2 kept, 0 left out"),
        (Delivery("p", "f", 4, (Batch("A", GOOD), Batch("A", GOOD))), "more than one batch"),
        (Delivery("p", "f", 2, (Batch("", GOOD),)), "the key '' is no name"),
        (Delivery("p", "f", 2, (Batch("A", GOOD),), Counter({("A", "x"): 0})), "not positive"),
        (Delivery("p", "f", 2, (Batch("A", GOOD),), notes=Counter({"x": 0})), "not positive"),
        (Delivery("p", "f", 2, (Batch("A", GOOD),), notes=Counter({"x": 3})), "of 2 rows kept, more are noted"),
    ],
)
def test_deliveries_that_are_not_well_formed(delivery, message):
    with pytest.raises(AssertionError, match=message):
        check_delivery(delivery)


@pytest.mark.parametrize(
    "other",
    [
        GOOD.at_resolution("us"),
        TEXTS,
        GOOD.take([0]),
        replace(GOOD, ticks=np.array([1, 3])),
        replace(GOOD, values=np.array([1.0, 2.0])),
        replace(GOOD, values=np.array([1.0, np.nan], np.float32)),
        replace(GOOD, alarm=np.array([0, 0], np.int16)),
    ],
)
def test_samples_that_differ(other):
    assert not same_samples(GOOD, other)


def test_texts_are_compared_as_texts():
    coded_otherwise = replace(TEXTS, values=TEXTS.values[::-1], texts=TEXTS.texts[::-1], raws=TEXTS.raws[::-1])
    assert same_samples(TEXTS, coded_otherwise)
    assert not same_samples(TEXTS, replace(TEXTS, raws=np.array([1.0, 2.0])))


class TakesAnything(EdbCsv):
    def identify(self, path):
        return True


class LosesRows(EdbCsv):
    def read(self, path):
        delivery = super().read(path)
        return replace(delivery, batches=())


class Moves(EdbCsv):
    def read(self, path):
        delivery = super().read(path)
        delivery.path.rename(delivery.path.with_suffix(".done")).touch()
        return delivery


class Forgets(EdbCsv):
    def read(self, path):
        return super().read(path) if not hasattr(self, "before") else LosesRows().read(path)


@pytest.mark.parametrize(
    ("made", "test"),
    [
        (TakesAnything, "test_refuses_strangers"),
        (TakesAnything, "test_refuses_a_directory"),
        (LosesRows, "test_reads_what_was_written"),
        (LosesRows, "test_accounts_for_every_row"),
    ],
)
def test_suite_finds_the_fault(made, test, tmp_path):
    suite = Suite()
    argument = suite.write_file(tmp_path) if "refuses" not in test else tmp_path
    with pytest.raises(AssertionError):
        getattr(suite, test)(made(), argument)


def test_suite_finds_a_file_that_was_moved(tmp_path):
    with pytest.raises((AssertionError, FileNotFoundError)):
        Suite().test_leaves_the_file_as_it_is(Moves(), Suite().write_file(tmp_path))


class Shares(FosHdf5):
    """Reads shares with one fault; what is shared out are the MSIDs 1 to 6, and a row of padding."""

    def read_share(self, path, share, shares):
        return self.spoiled(super().read_share(path, share, shares), share)


class SharesAll(Shares):
    def spoiled(self, delivery, share):
        return self.read(delivery.path)


class LosesShares(Shares):
    def spoiled(self, delivery, share):
        kept = sum(len(batch.samples) for batch in delivery.batches[1:])
        return replace(delivery, batches=delivery.batches[1:], rows_read=kept + delivery.rejected.total())


class LosesPadding(Shares):
    def spoiled(self, delivery, share):
        return replace(delivery, rejected=Counter(), rows_read=sum(len(batch.samples) for batch in delivery.batches))


class CountsPaddingLast(Shares):
    def spoiled(self, delivery, share):
        padding = Counter({(None, "padding"): 1} if share else {})
        return replace(
            delivery, rejected=padding, rows_read=delivery.rows_read - delivery.rejected.total() + padding.total()
        )


class ChangesShares(Shares):
    def spoiled(self, delivery, share):
        batches = tuple(
            Batch(batch.key, replace(batch.samples, values=batch.samples.values + 1)) for batch in delivery.batches
        )
        return replace(delivery, batches=batches)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (SharesAll, "2 shares have 14 rows, the file has 7"),
        (LosesShares, "2 shares have 5 rows, the file has 7"),
        (LosesPadding, "2 shares have 6 rows, the file has 7"),
        (CountsPaddingLast, r"are counted in shares \[1\], expected in share 0 only"),
        (ChangesShares, "1 differs if read in 2 shares"),
    ],
)
def test_shares_that_are_not_the_whole(made, message, tmp_path):
    path = fos_example.write(tmp_path / "x.h5", fos_example.rows([1, 2, 3, 4, 5, 6, 0]))
    check_shares(FosHdf5(), path, 2)
    with pytest.raises(AssertionError, match=message):
        check_shares(made(), path, 2)
