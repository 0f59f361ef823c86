"""The panel of the data gate: what data is, what is wrong with which row, and how it is repaired."""
