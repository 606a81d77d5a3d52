"""The smallest possible function, which is the unit for cold starts."""

import flask
import functions_framework


@functions_framework.http
def trivial(_: flask.Request) -> str:
    return "ok"
