"""What web reads and writes in Redis and S3."""
