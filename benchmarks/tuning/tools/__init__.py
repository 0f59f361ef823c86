"""The tools that are compared, each a program of its own that trains when it is told to."""
