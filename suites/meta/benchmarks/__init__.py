"""Tests of the benchmarks: a clock measures the call and nothing else, and no wrong result is timed."""
