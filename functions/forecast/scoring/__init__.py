"""Scores of forecasts, and a model's record on a stock's own past."""
