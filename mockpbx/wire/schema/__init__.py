"""The published contract as data; `mockpbx.wire.contract` reads it."""
