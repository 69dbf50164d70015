"""Drivers play calls: they carry out what the engine commands.

`stage` is the loop all of them share; `lockstep` and `live` reach an endpoint in process
or over HTTP; `play` puts a call script on the stage.
"""
