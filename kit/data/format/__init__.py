"""One module for each kind of source; each has a function `read` that returns a `Table`."""
