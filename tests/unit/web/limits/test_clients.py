"""How web identifies clients for its limits."""

import pytest
from starlette.requests import Request

from functions.web.limits.clients import client_of


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("64:ff9b::cb00:7107", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("someone", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_client_is_an_ipv4_address_however_it_is_written_or_a_network_of_ipv6(host, client):
    assert client_of(Request({"type": "http", "client": (host, 1)})) == client
