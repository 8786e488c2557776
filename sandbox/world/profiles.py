"""Draws the people of a world.

A profile depends on the seed, the scenario and its own number only: a world of 501 people holds the
same first 500 as one of 500. Putting profiles into the stores belongs to ``contact_records`` and
``lead_records``.
"""

from functools import lru_cache

from sandbox.world import names
from sandbox.world.companies import Company, draw_company
from sandbox.world.dirt import CHANGES, draw_address, duplicate_of
from sandbox.world.draws import even, fraction, generator, weighted
from sandbox.world.places import draw_place, odd_phone, spell_country, tidy_phone
from sandbox.world.profile import Profile
from sandbox.world.scenario import DUPLICATES, Kind, Scenario, Side
from sandbox.world.titles import draw_title, odd_title

_ALPHA_KIND = 0.618033988749895
_ALPHA_SIDE = 0.414213562373095
_ALPHA_INTEREST = 0.732050807568877

HISTORY_DAYS = 30.0


def kind_of(seed: int, scenario: Scenario, index: int) -> Kind:
    """The kind of the ``index``-th person; the first ten are plain, so that duplicates have an original."""
    point = even(index, _ALPHA_KIND, seed, "kind")
    if index < 10 or point >= sum(scenario.kinds.values()):
        return Kind.PLAIN
    return weighted(scenario.kinds, point / sum(scenario.kinds.values()))


def _side_of(seed: int, scenario: Scenario, index: int, kind: Kind) -> Side:
    point = even(index, _ALPHA_SIDE, seed, "side")
    if kind in (Kind.JUNK_NAME, Kind.STUDENT, Kind.COMPETITOR, Kind.DISPOSABLE, Kind.PLUS_DUPLICATE):
        return Side.HUBSPOT
    if kind is Kind.CASE_DUPLICATE:
        return Side.SALESFORCE
    if kind is Kind.CHANGED_ADDRESS:
        return Side.BOTH
    if kind is Kind.TYPO_DUPLICATE:
        return Side.HUBSPOT if point < 0.5 else Side.SALESFORCE
    return weighted(scenario.sides, point)


@lru_cache(maxsize=4096)
def company_of_world(seed: int, index: int) -> Company:
    """The ``index``-th company, drawn once."""
    return draw_company(seed, index)


def _interest(seed: int, index: int, is_target: bool) -> str:
    shares = (
        {"hot": 0.30, "warm": 0.45, "cold": 0.25} if is_target else {"hot": 0.10, "warm": 0.40, "cold": 0.50}
    )
    return weighted(shares, even(index, _ALPHA_INTEREST, seed, "interest"))


def _plain(seed: int, scenario: Scenario, index: int, kind: Kind, known: int) -> Profile:
    rng = generator(seed, "person", index)
    company = company_of_world(seed, rng.randrange(max(6, known // 3)))
    place = company.place if rng.random() < 0.8 else draw_place(rng)
    first = rng.choice(names.GIVEN[place.country.culture])
    last = rng.choice(names.FAMILY[place.country.culture])
    title = draw_title(rng)
    side = _side_of(seed, scenario, index, kind)
    email = draw_address(first, last, company.domain, index, rng)
    interest = _interest(seed, index, title.is_target and company.is_target)
    write_phone = odd_phone if rng.random() < scenario.odd_phone else tidy_phone
    text = rng.choice(company.industry.free_texts) if rng.random() < 0.4 else company.industry.salesforce
    reach = HISTORY_DAYS * (0.6 if interest == "hot" else 1.0)
    return Profile(
        index=index,
        kind=kind,
        side=side,
        first_name=first,
        last_name=last,
        email=email,
        salesforce_email=email,
        old_email=None,
        title=title,
        title_text=odd_title(title, rng) if rng.random() < scenario.odd_title else title.text,
        company=company,
        company_text=company.name,
        industry_text=text,
        country_text=spell_country(place.country, rng, scenario.odd_country),
        place=place,
        phone=write_phone(place, rng) if rng.random() < 0.8 else "",
        mobile=write_phone(place, rng) if rng.random() < 0.25 else "",
        interest=interest,
        age_days=(reach if side is not Side.SALESFORCE else 3 * HISTORY_DAYS) * rng.uniform(0.02, 0.98),
    )


def _original(seed: int, scenario: Scenario, index: int, known: int) -> int:
    number = int(fraction(seed, "original", index) * known)
    while kind_of(seed, scenario, number) is not Kind.PLAIN:
        number -= 1
    return number


def draw_profile(seed: int, scenario: Scenario, index: int, *, known: int | None = None) -> Profile:
    """The person number ``index`` (from 0) of the world ``seed``.

    Args:
        seed: the world's.
        scenario: the world's.
        index: any number; the first ``people`` are there from the beginning.
        known: how many people came before, whose companies and names this one may share; ``index``
            itself when None.
    """
    before = index if known is None else known
    kind = kind_of(seed, scenario, index)
    rng = generator(seed, "dirt", index)
    if kind in DUPLICATES:
        number = _original(seed, scenario, index, before)
        original = _plain(seed, scenario, number, Kind.PLAIN, number)
        return duplicate_of(original, index, kind, _side_of(seed, scenario, index, kind), rng)
    profile = _plain(seed, scenario, index, kind, before)
    change = CHANGES.get(kind)
    return profile if change is None else change(profile, rng)
