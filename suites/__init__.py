"""The claims: one folder for each heading of the documentation."""
