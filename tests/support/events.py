"""Events as tests send them."""

import requests

from functions.common.cloudevents.signature import Signer

STORED = {
    "bucket": "stockcast",
    "key": "prices/sample/AAPL.csv",
    "etag": "etag",
    "provider": "sample",
    "rows": 1,
    "first_date": "2013-03-01",
    "last_date": "2013-03-01",
}
"""What `prices.ingested` says beyond the request: where the prices are stored."""


def send(url, event, token="", mode="to_binary"):
    """Post the event, signed if there is a token."""
    signer = Signer((token,) if token else ())
    headers, body = getattr(signer.signed(event), mode)()
    return requests.post(url, data=body, headers=headers, timeout=300)
