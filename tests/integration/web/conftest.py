"""What the tests of web share."""

import time

import pytest


@pytest.fixture
def a_minute():
    """One that does not end during a test."""
    left_s = 60 - time.time() % 60
    if left_s < 15:
        time.sleep(left_s)
