"""Two torches in, one answer out: environments, runs, replays and the comparison of their records."""
