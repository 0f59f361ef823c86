"""The steps of the manufacturing vertical beyond those that all verticals share."""
