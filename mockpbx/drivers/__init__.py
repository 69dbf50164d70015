"""Drivers play calls: they carry out what the engine commands."""
