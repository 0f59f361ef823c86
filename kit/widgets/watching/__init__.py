"""Machines by urgency, one machine over time, and what a technician decides on its alarm."""
