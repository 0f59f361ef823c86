"""How fast a model is tuned, beside others on the same work; `benchmarks.tuning.__main__` says what is measured."""
