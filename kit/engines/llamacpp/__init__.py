"""llama.cpp as the xllamacpp package carries it, spoken to through its C functions."""
