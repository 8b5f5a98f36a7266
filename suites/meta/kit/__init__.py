"""Tests of the vocabulary: each check rejects a wrong answer, each strategy reaches its hard cases."""
