"""How long the guide's behaviours take, and what upgrades have broken in practice; the results are asserted too."""
