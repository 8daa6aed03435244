"""`python -m keratin`: the command line."""

import sys

from keratin.cli import main

if __name__ == "__main__":
    sys.exit(main())
