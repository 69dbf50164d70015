"""Certification: requirements, cases, the checks that try them, and what a run comes to."""
