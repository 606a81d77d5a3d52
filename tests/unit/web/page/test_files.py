"""The page's files: web reads each once, compresses it, and serves only files in the folder."""

import asyncio
import base64
import gzip
import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from functions.web.page.files import STATIC, PageFiles
from functions.web.security import ADDS_SLASH, HEADERS

HTML = '<script type="module" src="/static/page.js"></script>'


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict
    body: bytes


@pytest.fixture
def folder(tmp_path):
    static = tmp_path / "static"
    static.mkdir()
    (static / "index.html").write_text(HTML)
    (static / "page.js").write_text("export const one = 1;\n" * 100)
    (tmp_path / "secret.txt").write_text("no")
    return static


@pytest.fixture
def get(folder):
    files = PageFiles(folder)

    async def page(request):
        return files.page(request, "index.html")

    async def static(request):
        return files.file(request)

    application = Starlette(routes=[Route("/", page), Route("/static/{path:path}", static)])

    def answer(path, **headers):
        sent = []

        async def send(message):
            sent.append(message)

        named = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
        scope = {"type": "http", "method": "GET", "path": path, "headers": named}
        # Use a thread, because another test's browser may occupy this event loop.
        call = application({**scope, "query_string": b""}, None, send)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, call).result()
        received = {name.decode(): text.decode() for name, text in sent[0]["headers"]}
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Answer(sent[0]["status"], received, body)

    return answer


def script_of(get):
    return "/" + re.search('src="([^"]+)"', get("/").body.decode())[1]


def test_a_file_named_by_the_page_is_kept_for_ever(get):
    path = script_of(get)
    assert re.fullmatch(r"/static/[0-9a-f]{16}/page\.js", path)
    answer = get(path)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert get("/").headers["cache-control"] == "no-cache"


def test_a_changed_file_gets_another_name_and_the_old_name_is_not_kept(get, folder):
    before = script_of(get)
    (folder / "page.js").write_text("export const two = 2;\n")
    after = script_of(get)
    assert after != before
    assert b"two" in get(after).body
    assert get(before).headers["cache-control"] == "no-cache"


def test_what_a_browser_has_is_not_sent_again(get):
    for path in ("/", "/static/page.js", script_of(get)):
        again = get(path, if_none_match=get(path).headers["etag"])
        assert (again.status, again.body) == (304, b"")
        assert get(path, if_none_match='W/"other"').status == 200


def test_files_are_compressed_for_those_who_take_it(get, folder):
    answer = get("/static/page.js", accept_encoding="gzip, br")
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == (folder / "page.js").read_bytes()
    plain = get("/static/page.js")
    assert "content-encoding" not in plain.headers
    assert plain.body == (folder / "page.js").read_bytes()


@pytest.mark.parametrize("accepted", ["gzip;q=0", "identity", "br", "gzip;q=0, *"])
def test_files_are_not_compressed_for_those_who_do_not_take_it(get, accepted):
    assert "content-encoding" not in get("/static/page.js", accept_encoding=accepted).headers


@pytest.mark.parametrize("known", ["*", '"other", {etag}', "{etag}"])
def test_if_none_match_may_be_a_list_or_a_star(get, known):
    etag = get("/static/page.js").headers["etag"]
    assert get("/static/page.js", if_none_match=known.format(etag=etag)).status == 304


@pytest.mark.parametrize("path", ["", "no.js", "../secret.txt", "\0", "x/../../secret.txt"])
def test_nothing_else_is_served(get, path):
    assert get(f"/static/{path}").status == 404


def test_the_page_runs_no_inline_script_but_the_one_that_adds_the_last_slash():
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    [script] = re.findall(r"<script>(.*?)</script>", page)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"sha256-{digest}" == ADDS_SLASH
    assert ADDS_SLASH in HEADERS["content-security-policy"]
