"""The panel that a visitor asks a medical question: an answer with its probability, or "ask a clinician"."""
