"""The benchmarks still run what they claim to time."""

from bench import stages, symbols
from functions.ingest.providers.sample import SampleProvider


def test_every_stage_runs():
    body = SampleProvider().fetch(stages.SYMBOL).history.to_csv()
    for work in stages.stages(body).values():
        work()


def test_the_large_directory_is_searched():
    directory = symbols.large()
    assert len(directory) > symbols.LISTINGS / 2
    assert all(len(directory.find(query)) <= 20 for query in symbols.QUERIES)
