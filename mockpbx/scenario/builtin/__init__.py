"""The scenarios that come with the program, one file each."""
