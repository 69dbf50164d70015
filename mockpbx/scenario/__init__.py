"""PBX scenario files: what the administrator configured.

The form of a file is in `mockpbx.scenario.model`; `builtin/courier-line.yaml` shows it.
"""

from mockpbx.scenario.library import builtin_names, load, read, schema, source

__all__ = ["builtin_names", "load", "read", "schema", "source"]
