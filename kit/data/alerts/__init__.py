"""The generator of the bundled dataset `finance-alerts`: facts are drawn, weighed and put into words."""
