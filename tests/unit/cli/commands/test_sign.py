import pytest

from cli.main import main
from functions.common.cloudevents.event import Envelope
from functions.common.cloudevents.signature import EXTENSION, Signer

TOKEN = "a-token-for-these-tests"


def test_what_is_printed_signs_the_event(monkeypatch, capsys):
    monkeypatch.setenv("EVENT_TOKEN", TOKEN)
    assert main(["sign", "--type", "t", "--data", '{"a": 1}']) == 0
    signature = capsys.readouterr().out.strip()
    Signer((TOKEN,)).check(Envelope("1", "/x", "t", {"a": 1}, extensions={EXTENSION: signature}))


@pytest.mark.parametrize(
    ("token", "data", "said"),
    [("", "{}", "EVENT_TOKEN is not set"), (TOKEN, "{", "not JSON"), ("short", "{}", "openssl")],
)
def test_what_cannot_be_signed_is_told(monkeypatch, capsys, token, data, said):
    monkeypatch.setenv("EVENT_TOKEN", token)
    assert main(["sign", "--type", "t", "--data", data]) != 0
    assert said in capsys.readouterr().err
