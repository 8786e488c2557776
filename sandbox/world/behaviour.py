"""What people do with Meridian's site and mail on one day: visits, forms, opens, clicks, unsubscribing.

Pure: dates in, moments out. The same functions tell the past thirty days when a world is seeded and
the days that ``act`` lets pass. Chances are per person and day, by interest (hot, warm, cold).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sandbox.world.draws import fraction, generator

SITE = "https://www.meridian-analytics.example"
_VISIT = {"hot": 0.20, "warm": 0.07, "cold": 0.02}
_PRICING = {"hot": 0.45, "warm": 0.12, "cold": 0.04}
_FORM = {"hot": 0.025, "warm": 0.010, "cold": 0.002}
_OPEN = {"hot": 0.60, "warm": 0.35, "cold": 0.12}
_CLICK = {"hot": 0.45, "warm": 0.22, "cold": 0.06}
_JOB_SEEKERS = 0.06
_FORMS_BY_INTEREST = {
    "hot": ("Demo request", "Contact sales", "Pricing quote", "Guide download"),
    "warm": ("Guide download", "Webinar registration", "Guide download", "Pricing quote"),
    "cold": ("Newsletter", "Guide download"),
}
FORM_PAGES = {
    "Demo request": "/demo",
    "Contact sales": "/pricing",
    "Pricing quote": "/pricing",
    "Guide download": "/blog/buyers-guide",
    "Webinar registration": "/blog/webinar-forecasting",
    "Newsletter": "/",
}
_PAGES = (
    "/",
    "/product",
    "/product",
    "/case-studies/nordbank",
    "/case-studies/alpen-kliniken",
    "/blog/self-service-analytics",
    "/blog/data-quality",
    "/demo",
)
_REFERRERS = (None, None, "https://www.google.com/", "https://www.linkedin.com/", "https://duckduckgo.com/")


@dataclass(frozen=True)
class PageView:
    """One page seen; ``referrer`` is None for direct traffic."""

    at: datetime
    url: str
    referrer: str | None


@dataclass(frozen=True)
class MailReaction:
    """What became of one marketing e-mail: the moments are None where it did not come so far."""

    delivered_at: datetime | None
    bounced_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None
    unsubscribed_at: datetime | None


def interest_of(seed: int, key: str) -> str:
    """The interest of somebody who is no profile of this world (loaded, or made by the tests)."""
    point = fraction(seed, "interest", key)
    return "hot" if point < 0.2 else "warm" if point < 0.6 else "cold"


def _moment(day: date, hours: float) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC) + timedelta(seconds=int(hours * 3600))


def visits_on(seed: int, key: str, interest: str, day: date) -> list[PageView]:
    """The pages that the person ``key`` sees on the UTC day ``day``, in order; mostly none."""
    if fraction(seed, "visit", key, day.toordinal()) >= _VISIT[interest]:
        return []
    rng = generator(seed, "pages", key, day.toordinal())
    at = _moment(day, rng.uniform(6.0, 21.5))
    paths = [rng.choice(_PAGES) for _ in range(rng.randint(1, 4))]
    if interest == "cold" and fraction(seed, "wants a job", key) < _JOB_SEEKERS:
        paths += ["/careers", "/careers"]
    elif rng.random() < _PRICING[interest]:
        paths.append("/pricing")
    views = []
    referrer = rng.choice(_REFERRERS)
    for path in paths:
        views.append(PageView(at, SITE + path, referrer))
        at += timedelta(seconds=rng.randint(15, 240))
        referrer = SITE + path
    return views


def form_on(seed: int, key: str, interest: str, day: date) -> tuple[datetime, str] | None:
    """The form (name) that a known person sends on ``day``, if any."""
    if fraction(seed, "form", key, day.toordinal()) >= _FORM[interest]:
        return None
    rng = generator(seed, "form sent", key, day.toordinal())
    return _moment(day, rng.uniform(6.5, 20.0)), rng.choice(_FORMS_BY_INTEREST[interest])


def first_form(seed: int, key: str, interest: str) -> str:
    """The form by which a person becomes known."""
    forms = _FORMS_BY_INTEREST[interest]
    return forms[int(fraction(seed, "first form", key) * len(forms))]


def pricing_view_before(seed: int, key: str, moment: datetime) -> PageView | None:
    """For every fourth person: a look at /pricing in the 24 hours before ``moment``."""
    point = fraction(seed, "pricing today", key)
    if point >= 0.25:
        return None
    return PageView(moment - timedelta(hours=0.3 + point * 88), f"{SITE}/pricing", "https://www.google.com/")


def mail_reaction(
    seed: int, key: str, interest: str, mail: tuple[str, datetime], *, bounces: float, unsubscribes: float
) -> MailReaction:
    """How ``key`` takes the e-mail whose name and time of sending ``mail`` gives.

    ``bounces`` and ``unsubscribes`` are the chances of either, of all e-mails sent.
    """
    campaign, sent_at = mail
    rng = generator(seed, "mail", campaign, key)
    if rng.random() < bounces:
        return MailReaction(None, sent_at + timedelta(seconds=40), None, None, None)
    delivered = sent_at + timedelta(seconds=rng.randint(2, 90))
    if rng.random() >= _OPEN[interest]:
        return MailReaction(delivered, None, None, None, None)
    opened = delivered + timedelta(seconds=int(60 * rng.lognormvariate(4.0, 1.2)))
    clicked = opened + timedelta(seconds=rng.randint(5, 180)) if rng.random() < _CLICK[interest] else None
    leaves = rng.random() < unsubscribes / _OPEN[interest]
    return MailReaction(delivered, None, opened, clicked, opened + timedelta(seconds=70) if leaves else None)
