"""The guard's verdict for whoever must approve: what stopped the plan, what it holds, its price, one command.

Nothing personal: ids, counts and field names. What is judged is ``sync_rules.guard``; how a plan reads is
``reports.plan``.
"""

from collections.abc import Mapping, Sequence

from passes.planning.meeting import Group
from passes.step import Finding
from reports.markdown import table
from reports.plan import plan_markdown, price_markdown
from sync_rules.guard import Verdict
from sync_rules.plan import Plan
from sync_rules.price import Price


def texts(plan: Plan, price: Price, meeting: Sequence[Group]) -> dict[str, str]:
    """The plan, its price and the first meeting as Markdown, by title."""
    answer = {"plan": plan_markdown(plan), "price": price_markdown(price)}
    if meeting:
        answer["first meeting"] = _meeting(meeting)
    return answer


def finding(plan_id: str, verdict: Verdict, shown: Mapping[str, str], *, stopped: bool) -> Finding:
    """``within_caps``; of a stopped plan with the plan itself and the command that approves it."""
    if not verdict.tripped:
        return Finding("within_caps", holds=True, why="Within the caps.")
    why = " ".join(
        f"{item.what}: {item.count} planned, at most {item.limit}. {item.how_to_approve}"
        for item in verdict.tripped
    )
    if not stopped:
        return Finding("within_caps", holds=True, why=why)
    command = f"accord apply {plan_id}"
    why = f"{why} To approve exactly this plan: `{command}`."
    attached = {
        "plan id": plan_id,
        "approve with": f"`{command}`",
        "see it whole": f"`accord plan --show {plan_id}`",
    }
    return Finding("within_caps", holds=False, why=why, texts={**attached, **shown})


def _meeting(meeting: Sequence[Group]) -> str:
    rows = [(one.what, one.how, one.count, ", ".join(one.sample)) for one in meeting]
    return table(("What", "How", "Number", "Such as"), rows, right=(2,))
