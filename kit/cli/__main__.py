"""``python -m kit.cli`` is ``tunebook``."""

import sys

from kit.cli.command import main

if __name__ == "__main__":
    sys.exit(main())
