"""Tests of the record, its reader and what is made of it."""
