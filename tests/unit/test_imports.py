"""What each function imports before its first request. Users wait for these imports."""

import pytest

from tests.support.python import printed

HEAVY = {
    *("boto3", "minio", "pandas", "numpy", "obstore", "prophet", "matplotlib", "scipy"),
    *("holidays", "requests", "yfinance", "tenacity", "prometheus_client"),
}
ENV = {"K_SINK": "http://127.0.0.1:1/", "S3_BUCKET": "bucket", "PATH": "", "PYTHONPATH": "."}


def imported_after(code):
    return set(printed(f"{code}; import sys; print(*sys.modules)", env=ENV).split())


@pytest.mark.parametrize("function", ["web", "ingest", "forecast"])
def test_a_function_starts_without_heavy_modules(function):
    assert imported_after(f"import functions.{function}.main") & HEAVY == set()


@pytest.mark.parametrize("function", ["web", "ingest", "forecast"])
def test_a_function_starts_without_the_parts_of_libraries_that_it_does_not_use(function):
    modules = imported_after(f"import functions.{function}.main")
    unused = {"redis.cluster", "redis.sentinel", "redis.asyncio.cluster", "uvicorn.supervisors"}
    assert "redis.client" in modules
    assert modules & unused == set()
    assert ("redis.asyncio.client" in modules) is (function == "web")


def test_a_delayed_module_runs_at_the_first_use_of_a_name_in_it():
    code = (
        "import functions.common.late_imports, sys, redis, redis.client, numpy;"
        "print('redis.cluster' in sys.modules, numpy.array.__doc__);"
        "import redis.asyncio as later;"
        "print(redis.RedisCluster.__name__, redis.asyncio is later, hasattr(redis, 'nothing'));"
        "from redis import Redis; print(Redis is redis.client.Redis, later.Redis is Redis)"
    )
    plain, late, again = printed(code, env=ENV).splitlines()
    assert plain == "False None"
    assert late == "RedisCluster True False"
    assert again == "True False"


@pytest.mark.parametrize("function", ["web", "ingest", "forecast"])
def test_the_collector_pauses_only_during_the_start(function):
    code = (
        "import gc; runs = [];"
        "gc.callbacks.append(lambda phase, about: runs.append(about['generation']));"
        f"import functions.common.collector; runs.clear(); import functions.{function}.main;"
        "print(len(runs), gc.isenabled(), gc.get_freeze_count() > 10_000)"
    )
    assert printed(code, env=ENV).split() == ["0", "True", "True"]


def test_a_calibrated_forecast_needs_no_pandas_prophet_or_matplotlib():
    modules = imported_after(
        "import functions.forecast.result, functions.forecast.models as m; m.named('calibrated')"
    )
    assert modules & (HEAVY - {"numpy"}) == set()


def test_an_answer_imports_no_part_of_numpy_that_it_does_not_need():
    modules = imported_after(
        "from functions.forecast.models.calibrated import CalibratedModel;"
        "from functions.forecast.prices import csv_columns;"
        "from functions.ingest.providers.sample import SampleProvider;"
        "body = SampleProvider().fetch('AAPL').history.to_csv();"
        "CalibratedModel().backtest(csv_columns.read('AAPL', body), 31)"
    )
    assert "functions.forecast.models.calibrated" in modules
    assert modules & {"numpy.ma", "numpy.random", "numpy.fft", "numpy.polynomial"} == set()


def test_ingest_fetches_without_prophet_or_matplotlib():
    modules = imported_after("import functions.ingest.handlers, functions.ingest.providers.sample")
    assert modules & {"prophet", "matplotlib", "pandas", "numpy"} == set()


def test_a_forecast_does_not_start_the_threads_of_numpys_algebra():
    code = (
        "import functions.forecast.models.calibrated, os; print(os.getenv('OPENBLAS_NUM_THREADS'))"
    )
    assert printed(code, env=ENV).split() == ["1"]


def test_prophet_is_the_library_without_stan():
    modules = imported_after("import functions.forecast.models as m; m.named('prophet')")
    assert {"prophet", "pandas"} <= modules
    assert "cmdstanpy" not in modules


@pytest.mark.parametrize("model", ["calibrated", "prophet"])
def test_a_warm_up_imports_the_model_that_will_be_asked_for(model):
    modules = imported_after(
        "from functions.common.messages.events import WarmupRequested;"
        "from functions.forecast.handlers.warm_up import Warming;"
        "store = type('Store', (), {'check': lambda self: None})();"
        f"Warming(store).wake(WarmupRequested('AAPL', {model!r}))"
    )
    assert ("prophet" in modules) is (model == "prophet")


def test_web_serves_without_a_library_for_websockets():
    modules = imported_after(
        "import functions.web.main, uvicorn;"
        "uvicorn.Config('functions.web.main:web', log_config=None).load()"
    )
    assert "uvicorn.supervisors" not in modules
    assert "functions.common.bounded_protocol" in modules
    assert {one for one in modules if one.split(".")[0] in {"websockets", "wsproto"}} == set()
