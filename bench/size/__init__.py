"""How large: the memory of programs and the size of images."""
