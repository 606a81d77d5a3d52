"""The clock of the functions and the broker jumps by an hour while requests are in progress."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from local.stack import ROOT
from tests.faults.world import World

HOUR_S = 3600
MANY = 40

pytestmark = pytest.mark.faults


class Clock:
    """The clock that the programs of a world read."""

    def __init__(self, path):
        self._path = path
        self.step(0)

    def step(self, by_s):
        new = self._path.with_suffix(".new")
        new.write_text(str(by_s))
        new.replace(self._path)

    @property
    def environment(self):
        shim = Path(__file__).parent / "clock"
        return {"PYTHONPATH": f"{ROOT}{os.pathsep}{shim}", "STEPPED_BY": str(self._path)}


@pytest.fixture(scope="module")
def stepped(tmp_path_factory, trials):
    """A world with its own clock. Its stores use the machine's clock."""
    home = tmp_path_factory.mktemp("clock")
    clock = Clock(home / "clock")
    world = World(home, home / "data", MANY, clock.environment)
    world.clock = clock
    yield world
    world.close()


@pytest.mark.parametrize(("name", "step_s"), [("forward", HOUR_S), ("back", -HOUR_S)])
def test_a_clock_that_is_stepped(stepped, trials, name, step_s):
    def breaking():
        stepped.until("ingesting")
        stepped.clock.step(step_s)

    trial = stepped.trial(f"clock stepped {name} by an hour", breaking)
    stepped.clock.step(0)
    trials.append(trial)
    submitted = [
        datetime.fromisoformat(stepped.document(one)["submitted_at"].replace("Z", "+00:00"))
        for one in stepped.accepted
    ]
    # Redis keeps the time, so requests do not notice.
    assert max(submitted) - min(submitted) < timedelta(minutes=50)
    assert trial.done == trial.accepted == MANY
    assert trial.failed == {}
    assert (trial.lost, trial.wrong, trial.left) == ({}, [], [])
