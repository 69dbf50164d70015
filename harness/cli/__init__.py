"""The command `pbx`: one file a command, wiring only."""
