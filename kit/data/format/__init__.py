"""One module for each kind of file, with a class whose rows are read one by one; `open` finds the right one."""
