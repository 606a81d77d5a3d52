"""Starts the programs to measure, and reads their CPU time, memory and commands to Redis."""
