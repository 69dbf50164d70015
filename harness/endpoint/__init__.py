"""Who is tested: the manifest, the facts, how the endpoint is reached, what of it is secret."""
