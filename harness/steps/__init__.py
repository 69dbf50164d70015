"""The steps of Gherkin features: a vocabulary in English and Russian, and what its words do.

`vocabulary` says how a sentence is recognised, `words` what people, orders and failures are
called, `story` builds the calls of a scenario and places them, and `given`, `when` and `then`
hold the steps. Nothing here knows pytest: `harness.pytest_plugin` runs it.
"""
