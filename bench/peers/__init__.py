"""The same forecasts with common alternatives in Python: Celery, Dramatiq, or no queue.

Each peer has two stages like Stockcast, the same model, and the same Redis and S3. The queue is in
Redis with an append-only file. A task is acknowledged after it is done. A small FastAPI application
accepts the question and answers when the result is ready. The peers have no request records,
progress, deduplication, deadlines, counts or limits.
"""
