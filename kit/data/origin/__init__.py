"""Where rows come from besides files: saved Hugging Face folders, the Hugging Face hub, and databases."""
