"""Checks of the models on price files that anyone may bring: `stockcast backtest` and `rank`."""
