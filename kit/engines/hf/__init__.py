"""The engine that runs models with Transformers. Everything in it loads torch."""
