"""Files that people write: YAML in, checked values or all problems with line and key out.

Shared by scenario files and call scripts::

    text = read_text(path, error=ScenarioError)
    document = parse(text, source=str(path), error=ScenarioError)
    checked = validate(ScenarioFile, document, error=ScenarioError)

Three rules make a file mean what its author sees:

* Only ``null``, ``true``/``false`` and decimal numbers are anything but text: ``12:30``,
  ``2026-01-01``, ``yes`` and ``on`` stay as they are written.
* A key of a mapping is always text: ``1:`` and ``"1":`` are the same key.
* A number where text is wanted is an error, for ``00042`` would lose its zeros.
"""

from mockpbx.filemodel.document import Document, Key, dotted, parse, read_text
from mockpbx.filemodel.fields import FileModel, Seconds, Whole, json_schema
from mockpbx.filemodel.validation import validate
from mockpbx.filemodel.wording import suggest

__all__ = [
    "Document",
    "FileModel",
    "Key",
    "Seconds",
    "Whole",
    "dotted",
    "json_schema",
    "parse",
    "read_text",
    "suggest",
    "validate",
]
