"""A mock virtual PBX that asks an HTTP endpoint what to do with a call."""
