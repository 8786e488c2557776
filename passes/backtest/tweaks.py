"""What suggested changes to the definition in force would have done, each alone: for the review pack."""

from collections.abc import Sequence
from datetime import datetime

from contract_files.lines import parse_contract
from passes.backtest import run
from passes.context import PassContext
from sla_rules.backtesting.tweak_effects import TweakEffect
from sla_rules.suggesting.page import with_comments
from sla_rules.suggesting.tweaks import Tweak, tweaked


def backtested(
    context: PassContext, tweaks: Sequence[Tweak], *, since: datetime, until: datetime
) -> list[TweakEffect]:
    """The effect of each tweak on volume, precision and recall over a time, in their order.

    Raises:
        ConfigError: there is no such time, or nothing is kept yet of what people were judged by.
    """
    if not tweaks:
        return []
    value = parse_contract(context.contracts.definition_text, source="definition").value
    proposals = [
        run.proposal(with_comments(tweaked(value, [tweak]), [], {}), source="the tweak") for tweak in tweaks
    ]
    return run.effects(context, proposals, since=since, until=until)
