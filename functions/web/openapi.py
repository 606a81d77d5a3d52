"""The API's description (OpenAPI 3.1), served at /openapi.json and shown at /docs."""

from __future__ import annotations

from typing import Any

from functions.common.batch_record import BATCH_ID, COUNTED, MOST_SYMBOLS
from functions.common.fields import DEFAULT_MODEL, MAX_DAYS, MIN_DAYS, MODELS, REQUEST_ID


def _answer(description: str, media_type: str = "", schema: str = "") -> dict[str, Any]:
    if not media_type:
        return {"description": description}
    content: dict[str, Any] = {media_type: {}}
    if schema:
        content = {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content}


def _problem(description: str) -> dict[str, Any]:
    return _answer(description, "application/problem+json", "Problem")


def _get(summary: str, answers: dict[str, Any], parameters: list[Any] | None = None) -> Any:
    operation: dict[str, Any] = {"summary": summary, "responses": answers}
    return {"get": {**operation, "parameters": parameters} if parameters else operation}


UNKNOWN = {"404": _problem("No such request, or it has expired.")}
EXPIRED = {"410": _problem("The result has expired; submit the request again.")}
WATCHED = {"429": _problem("Too many streams of one client; `Retry-After` says when to try again.")}
DOWN = {"503": _problem("Redis or the broker is down; `Retry-After` says when to try again.")}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
TEXT = {"type": "string"}
TICKER = "^[A-Za-z][A-Za-z0-9.\\-]{0,9}$"
NUMBER = {"type": "number"}
NUMBERS = {"type": "array", "items": {"type": ["number", "null"]}}
DATES = {"type": "array", "items": {"type": "string", "format": "date"}}
BAND = {"lo80": NUMBERS, "hi80": NUMBERS}
BOUNDS = ("lo50", "hi50", "lo80", "hi80", "lo95", "hi95")


def _object(
    properties: dict[str, Any],
    required: list[str] | None = None,
    optional: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties | (optional or {}),
        "required": required or list(properties),
    }


BATCH_LINKS = _object(dict.fromkeys(("self", "events", "results", "ranking"), TEXT))

SCHEMAS: dict[str, Any] = {
    "Submission": _object(
        {
            "symbol": {
                "type": "string",
                "pattern": TICKER,
                "examples": ["AAPL"],
                "description": "A ticker; lower case is taken as upper case.",
            },
            "days": {
                "type": "integer",
                "minimum": MIN_DAYS,
                "maximum": MAX_DAYS,
                "examples": [45],
                "description": "Calendar days after the last price.",
            },
            "model": {"type": "string", "enum": list(MODELS), "default": DEFAULT_MODEL},
            "options": {"type": "object", "description": "Of the model; none has any yet."},
            "id": {
                "type": ["string", "null"],
                "pattern": f"^{REQUEST_ID.pattern}$",
                "description": "Your own request id: sent again, it gives the same request.",
            },
        },
        ["symbol", "days"],
    ),
    "Accepted": _object(
        {
            "id": TEXT,
            "status": TEXT,
            "links": _object({"self": TEXT, "events": TEXT, "chart": TEXT}),
        }
    ),
    "Request": _object(
        {
            "id": TEXT,
            "symbol": TEXT,
            "days": {"type": "integer"},
            "model": TEXT,
            "status": {"enum": ["queued", "ingesting", "forecasting", "done", "failed"]},
            "submitted_at": {"type": "string", "format": "date-time"},
            "updated_at": {"type": "string", "format": "date-time"},
            "timings_ms": {"type": "object", "additionalProperties": {"type": "integer"}},
            "result": {"$ref": "#/components/schemas/Result"},
            "error": {"$ref": "#/components/schemas/Problem"},
        },
        ["id", "symbol", "days", "model", "status", "submitted_at", "updated_at", "timings_ms"],
    ),
    "Result": _object(
        {
            "last_date": {"type": "string", "format": "date"},
            "last_price": NUMBER,
            "target_date": {"type": "string", "format": "date"},
            "predicted_price": NUMBER,
            "intervals": _object({"50": NUMBERS, "80": NUMBERS, "95": NUMBERS}),
            "probability_higher": {
                **NUMBER,
                "minimum": 0,
                "maximum": 1,
                "description": "The chance that the price on target_date is above last_price.",
            },
            "message": TEXT,
            "history": {
                **_object({"dates": DATES, "close": NUMBERS, "fitted": NUMBERS, **BAND}),
                "description": "lo80 to hi80 is the 80% interval that the model would have given"
                " the day before; null where it is not known, and for prophet.",
            },
            "forecast": _object(
                {"dates": DATES, "mean": NUMBERS, **dict.fromkeys(BOUNDS, NUMBERS)}
            ),
            "random_walk": {
                **_object({"mean": NUMBERS, **BAND}),
                "description": "What a random walk without drift says of forecast.dates.",
            },
            "backtest": _object(
                {
                    "origins": {"type": "integer"},
                    "horizon_days": {"type": "integer", "description": "Trading days."},
                    "mase": {"type": ["number", "null"]},
                    "mase_random_walk": {"type": ["number", "null"]},
                    "coverage80": {"type": ["number", "null"]},
                    "direction_accuracy": {"type": ["number", "null"]},
                    "verdict": TEXT,
                    "status": {"enum": ["complete", "pending", "failed"]},
                }
            ),
            "data": _object(
                {
                    "provider": TEXT,
                    "symbol": TEXT,
                    "first_date": TEXT,
                    "last_date": TEXT,
                    "rows": {"type": "integer"},
                    "s3_key": TEXT,
                    "etag": TEXT,
                    "fetched_at": {**TEXT, "description": "When the provider was last asked."},
                    "age_days": {"type": "integer", "description": "Of the last price."},
                    "stale": {
                        "type": "boolean",
                        "description": "The provider did not answer; the last prices known.",
                    },
                    "jumps": {
                        "type": "array",
                        "items": TEXT,
                        "description": "Latest days on which the price jumped without a split.",
                    },
                }
            ),
        },
        optional={
            "components": {
                "type": "object",
                "description": "What prophet's line is made of, in the price's currency; the other"
                " models have none.",
                "properties": {
                    **dict.fromkeys(
                        ("trend", "yearly", "monthly"), _object({"dates": DATES, "values": NUMBERS})
                    ),
                    "changepoints": {
                        "type": "array",
                        "items": _object({"date": TEXT, "slope_change_per_day": NUMBER}),
                    },
                },
            }
        },
    ),
    "BatchSubmission": _object(
        {
            "symbols": {
                "type": "array",
                "items": {"type": "string", "pattern": TICKER},
                "minItems": 1,
                "maxItems": MOST_SYMBOLS,
                "description": "Tickers; one named twice is asked for once.",
            },
            "days": {"type": "integer", "minimum": MIN_DAYS, "maximum": MAX_DAYS},
            "model": {"type": "string", "enum": list(MODELS), "default": DEFAULT_MODEL},
            "id": {
                "type": ["string", "null"],
                "pattern": f"^{BATCH_ID.pattern}$",
                "description": "Your own id: sent again, it gives the same batch.",
            },
        },
        ["symbols", "days"],
    ),
    "BatchAccepted": _object({"id": TEXT, "status": {"enum": ["queued"]}, "links": BATCH_LINKS}),
    "Batch": _object(
        {
            "id": TEXT,
            "days": {"type": "integer"},
            "model": TEXT,
            "status": {"enum": ["running", "done"]},
            "total": {"type": "integer", "description": "Different symbols."},
            "counts": _object({status: {"type": "integer"} for status in COUNTED}),
            "submitted_at": {"type": "string", "format": "date-time"},
            "updated_at": {"type": "string", "format": "date-time"},
            "links": BATCH_LINKS,
        }
    ),
    "Ranking": _object(
        {
            "rows": {
                "type": "array",
                "items": _object(
                    {
                        "rank": {"type": "integer"},
                        "symbol": TEXT,
                        "request_id": TEXT,
                        **dict.fromkeys(("last_price", "predicted_price", "lo80", "hi80"), NUMBER),
                        "probability_higher": {"type": ["number", "null"]},
                    }
                ),
            }
        }
    ),
    "Symbols": _object(
        {
            "symbols": {
                "type": "array",
                "items": _object({"symbol": TEXT, "name": TEXT, "available": {"type": "boolean"}}),
            }
        }
    ),
    "Problem": _object(
        {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "errors": {"type": "array", "items": _object({"field": TEXT, "message": TEXT})},
        },
        ["type", "title", "status", "detail"],
    ),
}

SUBMIT = {
    "summary": "Ask for a forecast",
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Submission"}}},
    },
    "responses": {
        "202": _answer("Accepted; `Location` is where it is.", "application/json", "Accepted"),
        "400": _problem("The body is not JSON."),
        "404": _problem("Unknown symbol, where that is known at once: the sample has five."),
        "409": _problem("The id was used for another request."),
        "408": _problem("The body did not come within 10 s."),
        "413": _problem("The body is over 64 KiB."),
        "415": _problem("The content type is not application/json."),
        "422": _problem("A field is missing or wrong; `errors` names each."),
        "429": _problem("Too many requests; `Retry-After` says when to try again."),
        **DOWN,
    },
}
WARM_UP = {
    "summary": "Have a symbol's prices fetched ahead, before a forecast is asked for",
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": _object({"symbol": TEXT})}},
    },
    "responses": {
        "202": _answer("`warming` says whether it is done; never an error.", "application/json"),
    },
}
SUBMIT_BATCH = {
    "summary": "Ask for forecasts of many symbols at once: a request for each",
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/BatchSubmission"}}
        },
    },
    "responses": {
        "202": _answer("Accepted, all of it.", "application/json", "BatchAccepted"),
        "400": _problem("The body is not JSON."),
        "409": _problem("The id was used for another batch."),
        "408": _problem("The body did not come within 10 s."),
        "413": _problem("The body is over 128 KiB."),
        "415": _problem("The content type is not application/json."),
        "422": _problem("A field or a symbol is wrong; `errors` names each, with its place."),
        "429": _problem("Too many requests; each hundred symbols count as one."),
        **DOWN,
    },
}
QUERY = {"name": "q", "in": "query", "schema": TEXT, "description": "A ticker or company name."}

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Stockcast",
        "version": "1",
        "description": "Where may a stock's price be in N days, and how much can one trust that?"
        " Forecasts are no investment advice.",
    },
    "paths": {
        "/api/forecasts": {"post": SUBMIT},
        "/api/forecasts/{id}": _get(
            "A request, with its result once it is done",
            {
                "200": _answer("The request.", "application/json", "Request"),
                **UNKNOWN,
                **EXPIRED,
                **DOWN,
            },
            [ID],
        ),
        "/api/forecasts/{id}/events": _get(
            "Its progress, live: one `status` event a change, the last with the whole document",
            {
                "200": _answer("Server-sent events.", "text/event-stream"),
                **UNKNOWN,
                **EXPIRED,
                **WATCHED,
                **DOWN,
            },
            [ID],
        ),
        "/api/forecasts/{id}/chart.png": _get(
            "The chart",
            {
                "200": _answer("The chart.", "image/png"),
                "409": _problem("Not done yet."),
                **UNKNOWN,
                **EXPIRED,
                **DOWN,
            },
            [ID],
        ),
        "/api/forecasts/{id}/result.csv": _get(
            "The result as a table",
            {
                "200": _answer("One row a trading day.", "text/csv"),
                "409": _problem("Not done yet."),
                **UNKNOWN,
                **EXPIRED,
                **DOWN,
            },
            [ID],
        ),
        "/api/batches": {"post": SUBMIT_BATCH},
        "/api/batches/{id}": _get(
            "How a batch gets on",
            {"200": _answer("The batch.", "application/json", "Batch"), **UNKNOWN, **DOWN},
            [ID],
        ),
        "/api/batches/{id}/events": _get(
            "Its progress, live: `progress` events with the batch, a few a second at most",
            {
                "200": _answer("Server-sent events.", "text/event-stream"),
                **UNKNOWN,
                **WATCHED,
                **DOWN,
            },
            [ID],
        ),
        "/api/batches/{id}/results.csv": _get(
            "Where each symbol stands, as a table",
            {"200": _answer("One row a symbol.", "text/csv"), **UNKNOWN, **DOWN},
            [ID],
        ),
        "/api/batches/{id}/ranking": _get(
            "The symbols that are done, the likeliest to rise first",
            {"200": _answer("The ranking.", "application/json", "Ranking"), **UNKNOWN, **DOWN},
            [ID],
        ),
        "/api/symbols": _get(
            "Symbols by ticker or company name",
            {"200": _answer("At most 20 symbols.", "application/json", "Symbols")},
            [QUERY],
        ),
        "/api/warmup": {"post": WARM_UP},
        "/healthz": _get("Whether the process lives", {"200": _answer("It does.")}),
        "/readyz": _get("Whether its stores answer", {"200": _answer("They do."), **DOWN}),
    },
    "components": {"schemas": SCHEMAS},
}
