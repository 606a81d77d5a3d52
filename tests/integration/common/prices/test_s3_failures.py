"""Errors from S3. Our own server sends the error documents that AWS documents."""

import pytest

from functions.common.config import S3Settings
from functions.common.errors import TemporaryError
from functions.common.prices.bucket import Bucket
from tests.support.http_server import HttpServer

SKEWED = "The difference between the request time and the current time is too large."
WRONG_REGION = "The authorization header is malformed; the region 'us-east-1' is wrong"
UNIMPLEMENTED = "A header you provided implies functionality that is not implemented."


@pytest.fixture
def s3():
    """Answers all requests with `refusal`, or all but writes if it `writes`."""

    def answer(request):
        status, code, message = server.refusal
        body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
        has_written = server.writes and request.method == "PUT"
        return 200 if has_written else status, {"etag": '"1"'}, body

    with HttpServer(answer) as server:
        server.writes = False
        yield server


@pytest.fixture
def bucket(s3):
    return Bucket(S3Settings("prices", s3.url, "us-east-1", ("key", "secret")))


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (403, "RequestTimeTooSkewed", SKEWED),
        (403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist."),
        (400, "AuthorizationHeaderMalformed", WRONG_REGION),
    ],
)
def test_the_reason_of_a_refused_head_is_told(s3, bucket, status, code, message):
    s3.refusal = status, code, message
    with pytest.raises(TemporaryError, match=f"{code}: {message}"):
        bucket.head("prices/sample/AAPL.csv")


def test_a_redirect_names_the_region_that_is_set(s3, bucket):
    s3.refusal = 301, "PermanentRedirect", "Use the specified endpoint."
    with pytest.raises(TemporaryError, match=r"not in the region 'us-east-1'\. Set AWS_REGION"):
        bucket.head("prices/sample/AAPL.csv")


def test_a_server_that_cannot_write_conditionally_is_named_with_the_cure(s3, bucket):
    s3.refusal = 501, "NotImplemented", UNIMPLEMENTED
    with pytest.raises(TemporaryError, match=r"does not write conditionally .*Use a server that"):
        bucket.replace("key", b"", replaces=None, content_type="text/csv", metadata={})


def test_a_server_that_ignores_conditions_is_found_out_before_prices_are_written(s3, bucket):
    s3.refusal, s3.writes = (200, "", ""), True
    for _ in range(2):
        with pytest.raises(TemporaryError, match="does not write conditionally"):
            bucket.replace("key", b"", replaces=None, content_type="text/csv", metadata={})
