"""Faults: which exchange one strikes, and what the PBX then gets instead of an answer."""
