"""Measures Stockcast: `make bench` compares and grows it, `make load` sends it too much.

- running: starts Stockcast and the old recipe, and reads their CPU time and memory
- clients: sends questions and reads the answers
- speed, size, growth: one module for each figure
- report: tables, the plot and the capacity model
- baseline, peers, trivial: the programs to compare with
- shipped: writes data files that are part of Stockcast
"""
