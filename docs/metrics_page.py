"""Writes docs/metrics.md from the registry of metrics: python -m docs.metrics_page"""

import sys
from pathlib import Path

from sla_rules.metrics.page import metrics_page

PAGE = Path(__file__).parent / "metrics.md"


def main() -> int:
    """Write the page."""
    PAGE.write_text(metrics_page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
