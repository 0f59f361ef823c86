"""The panel that compares what a sweep measured."""
