"""The agreement as a page: every promise in it, and nothing fetched from anywhere."""

import re

from reports.sla_page import sla_html
from sla_rules.sla_loading import shipped_sla


def test_the_page_says_what_both_teams_promise_and_needs_nothing_else() -> None:
    contract = shipped_sla()
    page = sla_html(contract)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))

    for commitment in contract.commitments:
        assert commitment.promise in text
        assert str(commitment.target) in text
    for told in ("1 business hour First touch", "Poor quality rejected a reason", "public holidays of DE-BE"):
        assert told in text
    assert "before 4 touches, except with the disposition reason Duplicate" in text
    assert not re.search(r"https?://|<script|<link|<img", page)
