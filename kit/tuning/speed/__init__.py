"""What makes a training step fast on the machine it runs on, with the same gradients."""
