"""The documents that the HTTP API returns. The API's description is generated from them."""
