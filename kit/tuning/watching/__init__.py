"""What is watched while a model learns: validation, sample answers, what it forgets, and when it is time to stop."""
