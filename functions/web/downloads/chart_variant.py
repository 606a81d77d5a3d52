"""Reads the requested variant of a chart: `?theme=dark&scale=2`, `.svg`, or `Accept`."""

from __future__ import annotations

from starlette.requests import Request

from functions.common.messages.charts import MEDIA_TYPES, Format, Scale, Theme, Variant
from functions.common.messages.message import Message

BAD = {422: "The theme or scale does not exist. `errors` names it."}


class ChartQuery(Message, frozen=True):
    """The query parameters of a chart."""

    theme: Theme = "light"
    scale: Scale = 1


def asked_for(request: Request) -> Variant:
    """The requested variant. Raises InvalidMessageError if a parameter is invalid or unknown."""
    given = {name: request.query_params[name] for name in request.query_params}
    scale = given.get("scale", "")
    query = ChartQuery.from_data({**given, "scale": int(scale)} if scale.isdecimal() else given)
    if _format(request) == "svg":
        return Variant(query.theme, format="svg")
    return Variant(query.theme, query.scale)


def _format(request: Request) -> Format:
    """The format of the path. For `/chart.png`, SVG if the client accepts SVG but not PNG."""
    if request.url.path.endswith(".svg"):
        return "svg"
    accepted = {
        part.partition(";")[0].strip().lower()
        for part in request.headers.get("accept", "").split(",")
    }
    takes_png = accepted & {MEDIA_TYPES["png"], "image/*", "*/*"}
    return "svg" if MEDIA_TYPES["svg"] in accepted and not takes_png else "png"
