"""JSON as hostile people send it, and documents that are almost right."""

import copy
import json

from hypothesis import strategies as st

NASTY = [
    *(None, True, "", " ", "0", "-1", "NaN", "1e999", "a\r\nb: c", "\x00", "é", "\u2028", "\ud800"),
    *("=1+1", "../../etc/passwd", "<script>alert(1)</script>", "{}", "x" * 3000, "٣", "²"),
    *(0, -1, 10**400, 2**63, 1e308, -0.0, float("nan"), float("inf"), 1e-320),
    *([], {}, [[]], {"": {}}, [None], "2013-02-30", "0000-00-00", "9999-12-31", "2013-W01-1"),
    *("9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+23:59"),
]
nasty = st.sampled_from(NASTY).map(copy.deepcopy)
scalars = st.one_of(nasty, st.integers(), st.floats(), st.text(max_size=20))
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


def places(value, path=()):
    """The path of every value inside, the whole first."""
    yield path
    items = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for key, inner in items:
        yield from places(inner, (*path, key))


@st.composite
def spoilt(draw, good):
    """A copy of `good` with up to three of its values replaced, removed or added to."""
    value = copy.deepcopy(good)
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(list(places(value))))
        if not path:
            if draw(st.integers(0, 9)) == 0:
                return draw(anything)
            continue
        parent = value
        for step in path[:-1]:
            parent = parent[step]
        what = draw(st.integers(0, 3))
        if what == 0:
            del parent[path[-1]]
        elif what == 1 and isinstance(parent, dict):
            parent[draw(st.text(max_size=8))] = draw(anything)
        else:
            parent[path[-1]] = draw(anything)
    return value


@st.composite
def texts(draw, good):
    """JSON of something like `good`, at times cut off, with bytes changed, or no JSON at all."""
    text = json.dumps(draw(spoilt(good)), ensure_ascii=draw(st.booleans()))
    body = bytearray(text.encode("utf-8", "surrogatepass"))
    what = draw(st.integers(0, 9))
    if what == 0:
        return bytes(body[: draw(st.integers(0, len(body)))])
    if what == 1 and body:
        body[draw(st.integers(0, len(body) - 1))] = draw(st.integers(0, 255))
    if what == 2:
        return draw(st.binary(max_size=60))
    return bytes(body)


@st.composite
def tables(draw, good):
    """Lines of text cells like `good` (a list of lists), with some of them spoilt."""
    rows = [list(row) for row in good]
    for _ in range(draw(st.integers(0, 3))):
        row = rows[draw(st.integers(0, len(rows) - 1))]
        cell = draw(st.one_of(st.sampled_from([str(one) for one in NASTY]), st.text(max_size=10)))
        if row and draw(st.booleans()):
            row[draw(st.integers(0, len(row) - 1))] = cell
        elif draw(st.booleans()):
            row.append(cell)
        else:
            rows.insert(draw(st.integers(0, len(rows))), draw(st.sampled_from(rows))[:])
    return rows
