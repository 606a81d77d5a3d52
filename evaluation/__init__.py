"""Evaluates the models on your own price files: `stockcast backtest` and `stockcast rank`."""
