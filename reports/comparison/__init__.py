"""Two run records in, one verdict for each claim and cell out; works without torch installed."""
