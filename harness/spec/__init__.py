"""The catalogue of requirements and the schemas of reports, as data."""
