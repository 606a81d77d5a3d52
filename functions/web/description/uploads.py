"""The part of the API's description that is about uploaded files of prices."""

from __future__ import annotations

from typing import Any

from functions.web.description.parts import DOWN, TEXT, answer, object_of, problem

NAMES = {"type": "array", "items": TEXT}
DAY = {"type": "string", "format": "date"}
FILE = {"type": "string", "format": "binary", "description": "The file, of 5 MB at most."}
NAME = {**TEXT, "description": "What to call it; by default the name of the file."}
COLUMN = {
    **TEXT,
    "maxLength": 200,
    "description": "The column of closing prices, or the series; by default the first.",
}

SCHEMAS: dict[str, Any] = {
    "PriceFile": object_of(
        {
            "symbol": {**TEXT, "examples": ["@PRICES-1A2B3C4D"]},
            "name": TEXT,
            "rows": {"type": "integer"},
            "first_date": DAY,
            "last_date": DAY,
            "columns": {
                **NAMES,
                "description": "The columns found; in a file of several series, the series.",
            },
            "column": {**TEXT, "description": "The series chosen; empty where there is one."},
            "calendar": {**TEXT, "description": "The trading calendar inferred from the dates."},
            "notes": {**NAMES, "description": "What was mended, in whole sentences."},
        }
    )
}
FORM = object_of({"file": FILE}, optional={"name": NAME, "column": COLUMN})
UPLOAD = {
    "summary": "Upload a file of your own prices; its symbol works wherever a ticker does",
    "parameters": [
        {"name": "name", "in": "query", "schema": NAME},
        {"name": "column", "in": "query", "schema": COLUMN},
    ],
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": FILE}, "multipart/form-data": {"schema": FORM}},
    },
    "responses": {
        "201": answer("Read, and ready to be forecast.", "application/json", "PriceFile"),
        "403": problem("A page of another site sent the form (see CORS_ORIGINS)."),
        "408": problem("The body did not come within 60 s."),
        "409": problem("The symbol stands for a file of other content; give another name."),
        "413": problem("The file is over 5 MB."),
        "415": problem("The content type is neither text/csv nor multipart/form-data."),
        "422": problem("The file cannot be read; `errors` names line, column, value and cure."),
        "429": problem("Too many requests; `Retry-After` says when to try again."),
        **DOWN,
    },
}
PATHS = {"/api/prices": {"post": UPLOAD}}
