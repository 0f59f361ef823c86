"""The data gate against planted faults, and beside other tools."""
