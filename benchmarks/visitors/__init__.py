"""Many visitors of one machine: a model in each kernel, against one model for all."""
