"""The data that web reads and writes in Redis and S3."""
