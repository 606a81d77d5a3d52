"""Turns HTTP requests into CloudEvents, and the results of handlers into HTTP answers."""
