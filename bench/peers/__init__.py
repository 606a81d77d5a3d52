"""The same forecasts by what a Python developer would pick instead: Celery, Dramatiq, or no queue.

Two stages like ours, the same model, and the same Redis and S3. Each has its broker in Redis, which
keeps an append-only file, and acknowledges a task once it is done. A small FastAPI application
takes the question and answers when the result is there. They keep no record of a request, tell no
progress, and know no duplicates, deadlines, counts or limits.
"""
