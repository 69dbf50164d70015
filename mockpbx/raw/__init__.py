"""What a well-behaved HTTP client refuses to send."""
