"""Correct endpoints in Flask and on Node."""

from tests.broken_endpoints.crm import FACTS
from tests.broken_endpoints.flasked import FlaskLine
from tests.broken_endpoints.register import Style, correct, enter


@correct(Style.FLASK)
class FlaskTutorial(FlaskLine):
    """Is written as Flask's tutorial would have it."""


enter("node-correct", "Is written with Node's own http module.", Style.NODE, facts=FACTS)
