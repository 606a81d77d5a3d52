"""What the commands print: texts, tables and plots for the terminal."""
