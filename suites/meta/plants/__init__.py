"""Wrong answers planted in torch, each of which a claim must reject."""
