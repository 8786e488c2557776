"""Recycling in plain words, for the page that both teams read."""

from sla_rules.recycling.terms import Recycling, SentBack


def recycling_words(rules: Recycling) -> list[str]:
    """What becomes of people whom sales sends back, a line for each answer; nothing if no answer does."""
    if not rules.answers:
        return []
    lines = [_answer(one) for one in rules.answers]
    lines.append(
        "Who comes again is handed over anew, with new clocks, and only by something that they did since: what they "
        "did before no longer counts, who they are does."
    )
    if rules.handed_again_status:
        lines.append(
            f"Their lead gets the status {rules.handed_again_status}, and the old answer is cleared."
        )
    return lines


def _answer(rule: SentBack) -> str:
    words = f"{rule.answer}: the person goes back to the stage {rule.stage}"
    if rule.cool_off is None:
        return f"{words} and is not handed over again until sales changes the answer"
    words += f" and rests for {rule.cool_off}"
    others = [f"{length} for the reason {reason}" for reason, length in rule.cool_off_by_reason.items()]
    if others:
        words += f" ({', '.join(others)})"
    if rule.at_most is not None:
        times = "once" if rule.at_most == 1 else f"{rule.at_most} times"
        words += f"; at most {times}, then for good" if rule.at_most else "; then for good"
    return words
