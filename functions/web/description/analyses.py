"""The part of the API's description about analyses and price histories."""

from __future__ import annotations

from typing import Any

from functions.common.messages.analyses import (
    COLUMNS,
    DEFAULT_PRIORS,
    KINDS,
    MOST_PRIORS,
    MOST_TRAINING_YEARS,
    PLOT_TYPES,
    takes,
)
from functions.common.messages.fields import MAX_DAYS, MIN_DAYS
from functions.common.messages.interest_csv import MOST_CHARACTERS
from functions.web.description.parts import (
    DATES,
    DOWN,
    EXPIRED,
    ID,
    NUMBERS,
    OWN_ID,
    SLOW,
    TEXT,
    TICKER,
    UNKNOWN,
    WATCHED,
    answer,
    closed_object_of,
    get,
    object_of,
    problem,
)

PRIOR = {"type": "number", "minimum": 1e-4, "maximum": 100.0}
SHARES = {"type": "number", "minimum": 0.001, "maximum": 1_000_000_000}
DAY = {"type": "string", "format": "date"}
OF_PARAMETER: dict[str, dict[str, Any]] = {
    "start": {**DAY, "description": "Moved to the nearest trading day; `notes` says so."},
    "end": {**DAY, "description": "The same; after `start`."},
    "columns": {
        "type": "array",
        "items": {"enum": list(COLUMNS)},
        "minItems": 1,
        "uniqueItems": True,
        "default": ["adj_close"],
    },
    "plot_type": {"enum": list(PLOT_TYPES), "default": PLOT_TYPES[0]},
    "nshares": SHARES,
    "days": {
        "type": "integer",
        "minimum": MIN_DAYS,
        "maximum": MAX_DAYS,
        "description": "Calendar days ahead; 30, or 180 for prior_analysis, by default.",
    },
    "changepoint_prior": {**PRIOR, "default": 0.05},
    "training_years": {
        "type": "integer",
        "minimum": 1,
        "maximum": MOST_TRAINING_YEARS,
        "default": 3,
    },
    "priors": {
        "type": "array",
        "items": PRIOR,
        "minItems": 1,
        "maxItems": MOST_PRIORS,
        "default": list(DEFAULT_PRIORS),
    },
    "interest_csv": {
        "type": "string",
        "maxLength": MOST_CHARACTERS,
        "description": "Interest over time, the CSV that Google Trends exports.",
    },
}

_LINE = object_of({"name": TEXT, "role": TEXT, "values": NUMBERS})
_BAND = object_of({"name": TEXT, "role": TEXT, "low": NUMBERS, "high": NUMBERS})
_MARK = object_of({"date": TEXT, "label": TEXT, "up": {"type": "boolean"}})
_CELLS = {"type": "array", "items": {"type": ["number", "string", "null"]}}


def _listed(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


SCHEMAS: dict[str, Any] = {
    "AnalysisSubmission": {
        **closed_object_of(
            {
                "symbol": TICKER,
                "kind": {"enum": list(KINDS)},
                "id": OWN_ID,
                **OF_PARAMETER,
            },
            ["symbol", "kind"],
        ),
        "description": "Each kind takes some of the parameters: "
        + "; ".join(f"{kind}: {', '.join(takes(kind))}" for kind in KINDS)
        + ".",
        "examples": [
            {"symbol": "AAPL", "kind": "buy_and_hold", "start": "2012-01-03", "nshares": 10}
        ],
    },
    "AnalysisRequest": object_of(
        {
            "id": TEXT,
            "symbol": TEXT,
            "kind": {"enum": list(KINDS)},
            "parameters": {
                "type": "object",
                "description": "With the defaults of those that were not given.",
            },
            "status": {"enum": ["queued", "ingesting", "forecasting", "done", "failed"]},
            "submitted_at": {"type": "string", "format": "date-time"},
            "updated_at": {"type": "string", "format": "date-time"},
            "timings_ms": {"type": "object", "additionalProperties": {"type": "integer"}},
        },
        optional={
            "result": {"$ref": "#/components/schemas/AnalysisResult"},
            "error": {"$ref": "#/components/schemas/Problem"},
        },
    ),
    "AnalysisResult": object_of(
        {
            "symbol": TEXT,
            "kind": {"enum": list(KINDS)},
            "message": {**TEXT, "description": "The answer in one sentence."},
            "notes": {
                **_listed(TEXT),
                "description": "What to know about it, such as dates that were moved.",
            },
            "figures": {
                "type": "object",
                "additionalProperties": {"type": ["number", "string", "null"]},
                "description": "By name; null where the prices do not tell.",
            },
            "panels": _listed(
                object_of(
                    {
                        "title": TEXT,
                        "unit": {
                            "enum": ["price", "money", "percent", "shares", "index", "correlation"]
                        },
                        "x_label": {**TEXT, "description": "`date`, or what the numbers are."},
                        "x": {"type": "array", "items": {"type": ["string", "number"]}},
                        "lines": _listed(_LINE),
                        "bands": _listed(_BAND),
                        "marks": _listed(_MARK),
                    }
                )
            ),
            "table": object_of({"columns": _listed(TEXT), "rows": _listed(_CELLS)}),
            "data": {"type": "object", "description": "The prices used, as in a forecast."},
        }
    ),
    "History": object_of(
        {
            "symbol": TEXT,
            "provider": TEXT,
            "fetched_at": TEXT,
            "dates": DATES,
            **dict.fromkeys(("close", "adj_close", "volume"), NUMBERS),
        }
    ),
}

_SUBMIT = {
    "summary": "Ask for an analysis of a symbol's prices",
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/AnalysisSubmission"}}
        },
    },
    "responses": {
        "202": answer("Accepted; `Location` is where it is.", "application/json", "Accepted"),
        "400": problem("The body is not JSON."),
        "404": problem("Unknown symbol, where that is known at once: the sample has five."),
        "409": problem("The id was used for another request."),
        **SLOW,
        "413": problem("The body is over 64 KiB."),
        "415": problem("The content type is not application/json."),
        "422": problem(
            "A field is missing, wrong, or none of the kind's; `errors` names each. What only the"
            " prices tell, such as a range without any, fails the request the same way."
        ),
        "429": problem("Too many requests; `Retry-After` says when to try again."),
        **DOWN,
    },
}
_NOT_DONE = {"409": problem("Not done yet."), **UNKNOWN, **EXPIRED, **DOWN}

PATHS: dict[str, Any] = {
    "/api/analyses": {"post": _SUBMIT},
    "/api/analyses/{id}": get(
        "An analysis, with its result once it is done",
        {
            "200": answer("The request.", "application/json", "AnalysisRequest"),
            **UNKNOWN,
            **EXPIRED,
            **DOWN,
        },
        [ID],
    ),
    "/api/analyses/{id}/events": get(
        "Its progress, live: one `status` event a change, the last with the whole document",
        {
            "200": answer("Server-sent events.", "text/event-stream"),
            **UNKNOWN,
            **EXPIRED,
            **WATCHED,
            **DOWN,
        },
        [ID],
    ),
    "/api/analyses/{id}/chart.png": get(
        "The panels of the result, drawn",
        {"200": answer("The chart.", "image/png"), **_NOT_DONE},
        [ID],
    ),
    "/api/analyses/{id}/result.csv": get(
        "The table of the result", {"200": answer("The table.", "text/csv"), **_NOT_DONE}, [ID]
    ),
    "/api/symbols/{symbol}/history": get(
        "A symbol's daily prices; fetched and waited for where none are stored",
        {
            "200": answer("The prices.", "application/json", "History"),
            "404": problem("Unknown symbol."),
            "422": problem("A bad symbol or date, or a range without prices."),
            "429": problem("Too many requests; `Retry-After` says when to try again."),
            "503": problem("The prices have not come yet, or a part is down."),
        },
        [
            {"name": "symbol", "in": "path", "required": True, "schema": TICKER},
            *({"name": name, "in": "query", "schema": DAY} for name in ("start", "end")),
        ],
    ),
}
