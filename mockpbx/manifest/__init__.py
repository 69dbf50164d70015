"""What is known of an endpoint: the facts, the manifest ``pbx.toml``, how it is asked."""
