"""Verticals: a practitioner's question, carried from raw rows to a verdict; their notebooks hold no logic.

``from kit.verticals import finance, medical, manufacturing``; each gives a `case`, whose steps are calls.
"""
