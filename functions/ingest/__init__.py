"""The ingest function: fetches daily prices and keeps them in S3."""
