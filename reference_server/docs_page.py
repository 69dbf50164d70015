"""A plain page of the API: no scripts, no assets from elsewhere, readable offline."""

from html import escape
from typing import Any

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font-family:sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}
code{{background:#eee;padding:0 .2rem}}td{{padding:.2rem .6rem;vertical-align:top}}</style></head>
<body><h1>{title}</h1><pre>{description}</pre><table>{rows}</table>
<p>Machine-readable: <a href="/openapi.json">/openapi.json</a></p></body></html>
"""


def render(schema: dict[str, Any]) -> str:
    """Write the page from the OpenAPI document."""
    rows = "".join(
        _row(method, path, operation)
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    )
    info = schema["info"]
    return _PAGE.format(
        title=escape(info["title"]), description=escape(info["description"]), rows=rows
    )


def _row(method: str, path: str, operation: dict[str, Any]) -> str:
    about = operation.get("description") or operation.get("summary", "")
    line = f"{method.upper()} {path}"
    return f"<tr><td><code>{escape(line)}</code></td><td>{escape(about)}</td></tr>"
