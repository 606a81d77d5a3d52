"""From an HTTP request to a CloudEvent, and from a handler's result to the HTTP answer."""
