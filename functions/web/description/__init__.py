"""The description of the API (OpenAPI)."""
