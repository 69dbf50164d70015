"""What came of a call: the exchanges, the ladder diagram, one sentence."""
