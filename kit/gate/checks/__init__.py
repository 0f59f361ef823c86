"""Checks of rows one by one: readable, short enough, evenly labelled."""
