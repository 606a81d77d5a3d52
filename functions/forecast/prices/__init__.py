"""Price histories as NumPy columns, as the models read them."""
