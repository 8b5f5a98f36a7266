"""How long the guide's behaviours take; the results are asserted too."""
