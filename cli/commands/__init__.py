"""The commands of `stockcast`, one module for each. `add_to` adds it to the parser."""
