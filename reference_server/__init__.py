"""A correct courier-routing CRM: the endpoint a virtual PBX asks what to do with a call.

Start with ``endpoint.py``, then ``routing.py``. ``python -m reference_server`` runs it.
"""

__all__: tuple[str, ...] = ()
