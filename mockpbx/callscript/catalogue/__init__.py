"""Built-in call scripts; the number before a name is the place in the order of playing."""
