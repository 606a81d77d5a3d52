"""The ingest function: fetches daily prices and stores them in S3."""
