"""Be the fresh process of one spec: ``python -m kit._child FOLDER``.

A module of its own: the package imports `kit.isolated`, and Python warns of a module that is run after it was imported.
"""

import sys

from kit.isolated import main

if __name__ == "__main__":
    main(sys.argv[1])
