"""Certifies endpoints; the command `pbx`."""
