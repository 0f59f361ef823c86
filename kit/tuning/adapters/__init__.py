"""What trains: adapters on a model, learned prompts, or every weight; and how they are kept for others to load."""
