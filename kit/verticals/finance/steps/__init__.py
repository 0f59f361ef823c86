"""The steps of the finance vertical that others do not have; each returns a report."""
