"""The harness: certifies endpoints, replays call scripts, runs features. Its interface is `pbx`."""

__all__: tuple[str, ...] = ()
