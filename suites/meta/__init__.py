"""The tests of the suite itself: every check rejects a planted wrong answer."""
