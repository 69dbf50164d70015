"""The wire protocol: what is sent to an endpoint, and what its answer means.

- `mockpbx.wire.request`: a question of the engine → an HTTP request.
- `mockpbx.wire.reply`: an HTTP reply → an instruction, or the precise reason why it is none.
- `mockpbx.wire.contract`: the same rules as a JSON Schema and an OpenAPI document.

Nothing here opens a connection. Facts about the protocol carry their source: [doc] the
vendors' public documentation, [field] seen in endpoints that people run, [assumed] nobody
documents it.
"""
