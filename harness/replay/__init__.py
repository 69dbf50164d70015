"""Replays call scripts against an endpoint and reports what was missed."""
