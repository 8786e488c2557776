"""For every test: pages of one width, whatever the terminal or the test runner says of theirs."""

import os

# Parallel workers are told of 80 columns, and then tables cut what a test looks for.
os.environ["COLUMNS"] = "140"
