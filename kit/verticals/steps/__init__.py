"""The steps of a vertical, one module each: what is done is a run, what is shown is a `Report`."""
