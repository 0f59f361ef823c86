"""How several processes share the work of one tuning: rows, weights, matrices or layers.

Whatever the layout, a step has the loss, the gradients and the clipping of one process, and what is kept of it is the
same: a tuning may go on, or its adapter be read, under another layout.
"""
