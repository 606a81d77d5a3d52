"""What several folders of tests use: servers that stand in for others, prices, and waiting."""
