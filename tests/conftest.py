"""For every test: pages of one width, and property tests that draw the same cases each time.

`make test-long` draws new ones: what it finds becomes a fixed example.
"""

import os

from hypothesis import settings

# Parallel workers are told of 80 columns, and then tables cut what a test looks for.
os.environ["COLUMNS"] = "140"

# No deadlines: how long a case takes is the machine's affair, and the benchmarks'.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("random", derandomize=False, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))
