"""Run records in, verdicts and pages out; reading them needs neither torch nor pytest."""
