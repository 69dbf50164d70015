"""Call scripts: what the people on a call do, and what is expected of the call."""
