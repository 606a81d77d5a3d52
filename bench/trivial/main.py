"""The least a function can do; what ours cost at a cold start is told in units of this."""

import flask
import functions_framework


@functions_framework.http
def trivial(_: flask.Request) -> str:
    """Answer."""
    return "ok"
