"""Other tools, each doing the work of one variant in a process of its own."""
