"""Refreshes of the symbol directory, with real S3 and replayed files of Nasdaq Trader."""

from functools import partial

import pytest

from functions.common.errors import BadAnswerError, TemporaryError
from functions.common.prices import symbol_directory as listings
from functions.common.prices.bucket import Bucket
from functions.ingest import symbol_directory
from functions.ingest.providers.session import ProviderSession
from tests.support.replay import Dialect, Fault, Replay
from tests.unit.common.prices.test_symbol_directory import NASDAQ, OTHER


class NasdaqTrader(Dialect):
    def __init__(self):
        self.files = {"/nasdaqlisted.txt": NASDAQ, "/otherlisted.txt": OTHER}

    def answer(self, path, *_):
        return 200, {"content-type": "text/plain"}, self.files[path]


@pytest.fixture
def world(s3_settings):
    class World:
        dialect = NasdaqTrader()
        bucket = Bucket(s3_settings)

        def __init__(self):
            self.replay = Replay(self.dialect)
            http = ProviderSession("nasdaqtrader", spend=lambda: None, sleep=lambda _: None)
            self.refresh = partial(symbol_directory.refresh, self.bucket, self.replay.url, http)

        def put(self, body):
            self.bucket.put(listings.KEY, body, content_type="application/gzip")

        def symbols(self):
            stored = self.bucket.get(listings.KEY)
            return [one.symbol for one in listings.from_bytes(stored.body)]

    world = World()
    yield world
    world.replay.close()


def test_both_files_make_one_directory(world):
    world.refresh()
    assert world.symbols() == ["AAPL", "BABA", "BRK.B", "GOOGL", "QQQ"]


def test_a_directory_that_lost_most_of_its_symbols_is_refused(world):
    world.put(listings.to_bytes(listings.Listing(f"X{n}", "Ex") for n in range(100)))
    with pytest.raises(BadAnswerError, match="5 symbols, but 100 before"):
        world.refresh()
    assert len(world.symbols()) == 100


def test_a_broken_directory_is_replaced(world):
    world.put(b"?")
    world.refresh()
    assert len(world.symbols()) == 5


def test_a_page_instead_of_a_file_changes_nothing(world):
    world.refresh()
    world.dialect.files["/otherlisted.txt"] = "<html>Sorry</html>"
    with pytest.raises(BadAnswerError, match="Sorry"):
        world.refresh()
    assert len(world.symbols()) == 5


def test_an_outage_is_temporary(world):
    world.replay.faults = [Fault("instead", status=503, body="down")] * 3
    with pytest.raises(TemporaryError, match="503"):
        world.refresh()
