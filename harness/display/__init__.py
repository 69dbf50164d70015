"""What every command shows: a terminal, files, values as JSON."""
