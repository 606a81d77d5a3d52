"""The API's description (OpenAPI 3.1), served at /openapi.json and shown at /docs."""

from __future__ import annotations

from typing import Any

from functions.common.messages.fields import (
    BATCH_ID,
    DEFAULT_MODEL,
    MAX_DAYS,
    MIN_DAYS,
    MODELS,
    MOST_SYMBOLS,
)
from functions.common.requests.batches import COUNTED
from functions.web.description import analyses as openapi_analyses
from functions.web.description.parts import (
    BAND,
    BOUNDS,
    BUSY,
    DATES,
    DOWN,
    EXPIRED,
    ID,
    NUMBER,
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

BATCH_LINKS = object_of(dict.fromkeys(("self", "events", "results", "ranking"), TEXT))

SCHEMAS: dict[str, Any] = {
    "Submission": closed_object_of(
        {
            "symbol": {
                **TICKER,
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
            "options": {
                "type": "object",
                "description": "Of the model, in 2000 characters at most; none has any yet.",
            },
            "id": {
                **OWN_ID,
                "description": "Your own request id: sent again, it gives the same request.",
            },
        },
        ["symbol", "days"],
    ),
    "Accepted": object_of(
        {
            "id": TEXT,
            "status": TEXT,
            "links": object_of({"self": TEXT, "events": TEXT, "chart": TEXT}),
        }
    ),
    "Request": object_of(
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
    "Result": object_of(
        {
            "last_date": {"type": "string", "format": "date"},
            "last_price": NUMBER,
            "target_date": {"type": "string", "format": "date"},
            "predicted_price": NUMBER,
            "intervals": object_of({"50": NUMBERS, "80": NUMBERS, "95": NUMBERS}),
            "probability_higher": {
                **NUMBER,
                "minimum": 0,
                "maximum": 1,
                "description": "The chance that the price on target_date is above last_price.",
            },
            "message": TEXT,
            "history": {
                **object_of({"dates": DATES, "close": NUMBERS, "fitted": NUMBERS, **BAND}),
                "description": "lo80 to hi80 is the 80% interval that the model would have given"
                " the day before; null where it is not known, and for prophet.",
            },
            "forecast": object_of(
                {"dates": DATES, "mean": NUMBERS, **dict.fromkeys(BOUNDS, NUMBERS)}
            ),
            "random_walk": {
                **object_of({"mean": NUMBERS, **BAND}),
                "description": "What a random walk without drift says of forecast.dates.",
            },
            "backtest": object_of(
                {
                    "origins": {"type": "integer"},
                    "horizon_days": {"type": "integer", "description": "Trading days."},
                    "mase": {"type": ["number", "null"]},
                    "mase_random_walk": {"type": ["number", "null"]},
                    "coverage80": {"type": ["number", "null"]},
                    "direction_accuracy": {"type": ["number", "null"]},
                    "verdict": TEXT,
                    "record": {
                        "type": ["string", "null"],
                        "description": "`Promised 80%, delivered 75% (97 forecasts)`.",
                    },
                    "trust": {
                        **object_of(
                            {
                                "state": {
                                    "enum": ["ok", "too_narrow", "too_few", "pending", "failed"]
                                },
                                "sentence": TEXT,
                            }
                        ),
                        "description": "Whether the 80% range kept its promise for this stock."
                        " Where `state` is `too_narrow`, `message` begins with `sentence`.",
                    },
                    "status": {"enum": ["complete", "pending", "failed"]},
                }
            ),
            "data": object_of(
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
                    "notes": {
                        "type": "array",
                        "items": TEXT,
                        "description": "What to know about the prices, in whole sentences.",
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
                        ("trend", "yearly", "monthly"),
                        object_of({"dates": DATES, "values": NUMBERS}),
                    ),
                    "changepoints": {
                        "type": "array",
                        "items": object_of({"date": TEXT, "slope_change_per_day": NUMBER}),
                    },
                },
            }
        },
    ),
    "BatchSubmission": closed_object_of(
        {
            "symbols": {
                "type": "array",
                "items": TICKER,
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
    "BatchAccepted": object_of({"id": TEXT, "status": {"enum": ["queued"]}, "links": BATCH_LINKS}),
    "Batch": object_of(
        {
            "id": TEXT,
            "days": {"type": "integer"},
            "model": TEXT,
            "status": {"enum": ["running", "done"]},
            "total": {"type": "integer", "description": "Different symbols."},
            "counts": object_of({status: {"type": "integer"} for status in COUNTED}),
            "submitted_at": {"type": "string", "format": "date-time"},
            "updated_at": {"type": "string", "format": "date-time"},
            "links": BATCH_LINKS,
        }
    ),
    "Ranking": object_of(
        {
            "rows": {
                "type": "array",
                "items": object_of(
                    {
                        "rank": {"type": "integer"},
                        "symbol": TEXT,
                        "request_id": TEXT,
                        "last_date": {"type": "string", "format": "date"},
                        **dict.fromkeys(("last_price", "predicted_price", "lo80", "hi80"), NUMBER),
                        "probability_higher": {"type": ["number", "null"]},
                    }
                ),
            }
        }
    ),
    **openapi_analyses.SCHEMAS,
    "Symbols": object_of(
        {
            "symbols": {
                "type": "array",
                "items": object_of(
                    {"symbol": TEXT, "name": TEXT, "available": {"type": "boolean"}}
                ),
            }
        }
    ),
    "Problem": object_of(
        {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "errors": {"type": "array", "items": object_of({"field": TEXT, "message": TEXT})},
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
        "202": answer("Accepted; `Location` is where it is.", "application/json", "Accepted"),
        "400": problem("The body is not JSON."),
        "404": problem("Unknown symbol, where that is known at once: the sample has five."),
        "409": problem("The id was used for another request."),
        **SLOW,
        "413": problem("The body is over 64 KiB."),
        "415": problem("The content type is not application/json."),
        "422": problem("A field is missing, wrong or unknown; `errors` names each."),
        "429": problem("Too many requests; `Retry-After` says when to try again."),
        **DOWN,
    },
}
WARM_UP = {
    "summary": "Have a symbol's prices fetched ahead, before a forecast is asked for",
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": object_of({"symbol": TEXT})}},
    },
    "responses": {
        "202": answer("`warming` says whether it is done.", "application/json"),
        **BUSY,
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
        "202": answer("Accepted, all of it.", "application/json", "BatchAccepted"),
        "400": problem("The body is not JSON."),
        "409": problem("The id was used for another batch."),
        **SLOW,
        "413": problem("The body is over 192 KiB."),
        "415": problem("The content type is not application/json."),
        "422": problem(
            "A field is unknown or wrong, or a symbol; `errors` names each, with its place."
        ),
        "429": problem("Too many requests; each hundred symbols count as one."),
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
        "/api/forecasts/{id}": get(
            "A request, with its result once it is done",
            {
                "200": answer("The request.", "application/json", "Request"),
                **UNKNOWN,
                **EXPIRED,
                **DOWN,
            },
            [ID],
        ),
        "/api/forecasts/{id}/events": get(
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
        "/api/forecasts/{id}/chart.png": get(
            "The chart",
            {
                "200": answer("The chart.", "image/png"),
                "409": problem("Not done yet."),
                **UNKNOWN,
                **EXPIRED,
                **DOWN,
            },
            [ID],
        ),
        "/api/forecasts/{id}/result.csv": get(
            "The result as a table",
            {
                "200": answer("One row a trading day.", "text/csv"),
                "409": problem("Not done yet."),
                **UNKNOWN,
                **EXPIRED,
                **DOWN,
            },
            [ID],
        ),
        **openapi_analyses.PATHS,
        "/api/batches": {"post": SUBMIT_BATCH},
        "/api/batches/{id}": get(
            "How a batch gets on",
            {"200": answer("The batch.", "application/json", "Batch"), **UNKNOWN, **DOWN},
            [ID],
        ),
        "/api/batches/{id}/events": get(
            "Its progress, live: `progress` events with the batch, a few a second at most",
            {
                "200": answer("Server-sent events.", "text/event-stream"),
                **UNKNOWN,
                **WATCHED,
                **DOWN,
            },
            [ID],
        ),
        "/api/batches/{id}/results.csv": get(
            "Where each symbol stands, as a table",
            {"200": answer("One row a symbol.", "text/csv"), **UNKNOWN, **DOWN},
            [ID],
        ),
        "/api/batches/{id}/ranking": get(
            "The symbols that are done, the likeliest to rise first",
            {"200": answer("The ranking.", "application/json", "Ranking"), **UNKNOWN, **DOWN},
            [ID],
        ),
        "/api/symbols": get(
            "Symbols by ticker or company name",
            {"200": answer("At most 20 symbols.", "application/json", "Symbols"), **BUSY},
            [QUERY],
        ),
        "/api/warmup": {"post": WARM_UP},
        "/healthz": get("Whether the process lives", {"200": answer("It does.")}),
        "/readyz": get("Whether its stores answer", {"200": answer("They do."), **DOWN}),
    },
    "components": {"schemas": SCHEMAS},
}
