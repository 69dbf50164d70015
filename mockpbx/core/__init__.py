"""The call engine: events in, commands out; no I/O, no clock, no randomness.

Start with `state.py`, then `call.py`, then `operations/`.
"""
