"""The checks, some modules a family."""

from functools import cache
from importlib import import_module

MODULES = (
    "asked",
    "closing",
    "concurrency",
    "concurrency_burst",
    "concurrency_repeats",
    "fallback",
    "guessing",
    "privacy",
    "privacy_nothing",
    "privacy_refusals",
    "privacy_strangers",
    "privacy_traces",
    "reply",
    "reply_framing",
    "reply_instruction",
    "reply_json",
    "reply_phones",
    "reply_text",
    "reply_wire",
    "reply_words",
    "request",
    "request_asking",
    "request_raw",
    "request_values",
    "robustness",
    "robustness_bodies",
    "robustness_connections",
    "robustness_http",
    "robustness_traces",
    "sequences",
    "sequences_answers",
    "sequences_changes",
    "timing",
    "tls",
)
"""Named one by one, so that a module left out is seen here and not by chance."""


@cache
def load() -> None:
    """Register all checks: a check registers itself when its module is imported."""
    for name in MODULES:
        import_module(f"harness.certify.checks.{name}")
