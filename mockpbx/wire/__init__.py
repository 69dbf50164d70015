"""The wire protocol: questions to HTTP requests, HTTP answers to instructions."""
