import numpy as np
import pytest

from functions.forecast.scoring.random_walk import RandomWalk

LOG_PRICE = np.array([0.0, 0.1, 0.0, 0.1])
DEVIATION = (0.01 - 0.01 / 9) ** 0.5


def test_the_step_is_the_deviation_of_past_log_returns():
    assert RandomWalk(LOG_PRICE).step_deviation(np.array([3])) == pytest.approx([DEVIATION])


def test_the_median_is_the_last_price_and_width_grows_with_the_root_of_time():
    walk = RandomWalk(LOG_PRICE)
    got = np.log(walk.quantiles(np.array([3]), np.array([1, 4]), (0.5, 0.975)))
    assert got[0, :, 0] == pytest.approx([0.1, 0.1])
    assert got[0, :, 1] - 0.1 == pytest.approx([1.959964 * DEVIATION, 2 * 1.959964 * DEVIATION])
