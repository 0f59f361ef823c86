"""GGUF files: written from a folder of safetensors, rounded with llama.cpp's own code, run by llama.cpp."""
