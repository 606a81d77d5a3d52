"""The API's description, built from web's routes without a running web."""

import json

from functions.web.api.batches import BatchApi
from functions.web.api.dead_letters import DeadLetterApi
from functions.web.api.health import HealthApi
from functions.web.api.kinds import ANALYSES, FORECASTS
from functions.web.api.metrics import MetricsApi
from functions.web.api.pages import PageApi
from functions.web.api.requests import RequestApi
from functions.web.api.symbols import SymbolApi
from functions.web.api.uploads import UploadApi
from functions.web.description.openapi import document

NOTHING = (None,) * 5
RESOURCES = (
    PageApi(None),
    HealthApi(None),
    MetricsApi(None, lambda: 0, ""),
    SymbolApi(None, *NOTHING),
    RequestApi(FORECASTS, None, *NOTHING, None),
    RequestApi(ANALYSES, None, *NOTHING, None),
    BatchApi(*NOTHING),
    UploadApi(None, None, None, None),
    DeadLetterApi(None, None, None),
)
ROUTES = [route for one in RESOURCES for route in one.routes()]
DOCUMENT = json.loads(json.dumps(document(ROUTES)))
