"""Random small lead definitions, people and activities. Not here: the laws themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from sla_rules.definition import LeadDefinition

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PEOPLE_SCHEMA = {
    "person_id": pl.String,
    "email": pl.String,
    "first_name": pl.String,
    "last_name": pl.String,
    "title": pl.String,
    "company": pl.String,
    "industry": pl.String,
    "employees": pl.Int64,
    "revenue": pl.Float64,
    "country": pl.String,
    "region": pl.String,
    "phone": pl.String,
    "source": pl.String,
    "email_opt_out": pl.Boolean,
    "do_not_call": pl.Boolean,
    "occupation": pl.String,
    "visits": pl.Float64,
    "referred": pl.Boolean,
}
ACTIVITY_SCHEMA = {
    "activity_id": pl.String,
    "person_id": pl.String,
    "kind": pl.String,
    "at": pl.Datetime("us", "UTC"),
    "detail": pl.String,
    "direction": pl.String,
    "outcome": pl.String,
}
TITLES = [
    "CFO",
    "VP Finance",
    "Leiter IT",
    "Student",
    "Assistant to the CEO",
    "Data Analyst",
    "asdf",
    " ",
    "Jefe de ventas",
]
EMAILS = [
    "a.b@acme.de",
    "info@acme.de",
    "x@gmail.com",
    "q@mailinator.com",
    "no at",
    "a@@b",
    "a b@acme.de",
    "Ü@acme.de",
    "a@sub.rival.example",
    "a..b@acme.de",
    "a@rival.example",
    "a@-acme.de",
    "x" * 65 + "@acme.de",
    "  ",
]
NAMES = [
    "Anna",
    "Berg",
    "asdf",
    "Test",
    "Max",
    "Mustermann",
    "-",
    "[not provided]",
    "sdfkjh",
    "xxx",
    "",
    "John",
    "Doe",
    "123",
]
DETAILS = [
    "https://m.example/pricing?a=1",
    "/pricing",
    "/pricing/eu/",
    "m.example/case-studies/x",
    "https://m.example",
    "https://m.example/",
    "/Pricing#top",
    "/pricingless",
    "Demo request",
    " demo REQUEST ",
    "Newsletter",
    "pricing",
]
KINDS = ["page_view", "form_submission", "email", "email_click"]


def _maybe(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, *values])


def _some(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)


people_rows = st.fixed_dictionaries(
    {
        "email": _maybe(EMAILS),
        "first_name": _maybe(NAMES),
        "last_name": _maybe(NAMES),
        "title": _maybe(TITLES),
        "company": _maybe(["Acme AG", "Rival Ltd", "n/a", "."]),
        "industry": _maybe(["BANKING", "Technology", "Space travel"]),
        "employees": _maybe([1, 50, 51, 600]),
        "revenue": _maybe([0.0, 1e6, 2.5e7]),
        "country": _maybe(["Deutschland", "US", "Atlantis", "Österreich"]),
        "region": _maybe(["EMEA", "amer"]),
        "phone": _maybe(["+4930123456", "+1", "030 123456", "call me"]),
        "source": _maybe(["webinar", "Partner"]),
        "email_opt_out": _maybe([True, False]),
        "do_not_call": _maybe([True, False]),
        "occupation": _maybe(["Working Professional", " student", "true", "False", "12", "  "]),
        "visits": _maybe([0.0, 2.5, 3.0, 12.0]),
        "referred": _maybe([True, False]),
    }
)
_offsets = st.one_of(
    st.sampled_from(
        [timedelta(0), timedelta(hours=-24), timedelta(days=-7), timedelta(hours=2), timedelta(days=-1)]
    ),
    st.integers(-40 * 24 * 60, 3 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
)
activity_rows = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([*KINDS, "note"]),
        "at": _offsets.map(lambda offset: NOW + offset),
        "detail": _maybe(DETAILS),
        "direction": _maybe(["inbound", "outbound"]),
        "outcome": _maybe(["Connected", "no answer"]),
    }
)
_range = st.sampled_from([{"at_least": 3}, {"at_most": 2.5}, {"at_least": 1, "at_most": 12}])
_field_tests: dict[str, st.SearchStrategy[Any]] = {
    "occupation": _some(["working professional", "Student "]) | st.booleans() | _range,
    "visits": _range,
    "referred": st.booleans() | st.just(["TRUE"]),
}
_tests: dict[str, st.SearchStrategy[Any]] = {
    "title_words": _some(["ceo", "VP", "leiter it"]),
    "company_words": _some(["acme", "ltd"]),
    "function": _some(["finance", "it", "administration"]),
    "seniority": _some(["c_level", "vp", "director", "student"]),
    "industry": _some(["Banking", "Technology"]),
    "country": _some(["DE", "US", "AT"]),
    "region": _some(["EMEA", "AMER"]),
    "source": _some(["Webinar", "partner"]),
    "employees": st.sampled_from([{"at_least": 50}, {"at_most": 50}, {"at_least": 51, "at_most": 600}]),
    "revenue": st.sampled_from([{"at_least": 1_000_000}, {"at_most": 0.5}]),
    "email_domain": _some(["rival.example", "acme.de"]),
    "email_is": _some(["malformed", "disposable", "personal", "role"]),
    "name_is": _some(["placeholder", "typed_at_random"]),
    "phone_is": st.sampled_from(["valid", "invalid"]),
    "email_opt_out": st.booleans(),
    "do_not_call": st.booleans(),
    "fields": st.lists(
        st.sampled_from(["occupation", "visits", "referred"]), min_size=1, unique=True
    ).flatmap(lambda names: st.fixed_dictionaries({name: _field_tests[name] for name in names})),
}
_whens = st.lists(st.sampled_from(sorted(_tests)), min_size=1, max_size=2, unique=True).flatmap(
    lambda keys: st.fixed_dictionaries({key: _tests[key] for key in keys})
)
_dids = st.fixed_dictionaries(
    {"activity": _some(KINDS), "at_least": st.sampled_from([1, 1, 2, 3])},
    optional={
        "page": _some(["/pricing", "/", "/case-studies"]),
        "form": _some(["Demo request", "Newsletter"]),
        "detail_contains": _some(["PRIC", "m.example"]),
        "direction": _some(["inbound", "outbound"]),
        "outcome": st.just(["connected"]),
        "within": st.sampled_from(["24 hours", "7 days", "90 minutes", "4 weeks"]),
    },
)


ANY_POINTS = st.integers(-20, 40)


@st.composite
def definitions(draw: st.DrawFn, *, points: st.SearchStrategy[int] = ANY_POINTS) -> LeadDefinition:
    """Small definitions that the loader would accept."""
    behaviour_only = st.one_of(_dids.map(lambda did: {"did": did}), _whens.map(lambda when: {"when": when}))
    disqualify = draw(st.lists(behaviour_only, max_size=2))
    fit = draw(st.lists(st.fixed_dictionaries({"when": _whens, "points": points}), max_size=4))
    behaviour = draw(
        st.lists(
            st.fixed_dictionaries(
                {"did": _dids, "points": points},
                optional={"half_life": st.sampled_from(["1 day", "36 hours", "7 days"])},
            ),
            max_size=4,
        )
    )
    count = len(disqualify) + len(fit) + len(behaviour)
    items = [
        {**item, "id": f"c{number}", "label": f"criterion {number}"}
        for number, item in enumerate([*disqualify, *fit, *behaviour])
    ]
    keys: dict[str, Any] = {
        "fit_points": st.integers(0, 40),
        "behaviour_points": st.integers(0, 40),
    }
    if count:
        keys |= {name: _some([item["id"] for item in items]) for name in ("all_of", "any_of", "none_of")}
    way = st.fixed_dictionaries({"way": st.just("a way"), "points": st.integers(0, 60)}, optional=keys)
    ways = st.lists(way, min_size=1, max_size=2)
    fit_ids = [item["id"] for item in items[len(disqualify) : len(disqualify) + len(fit)]]
    persona = st.fixed_dictionaries(
        {"label": st.just("somebody"), "criteria": _some(fit_ids)},
        optional={"at_least": st.just(1), "mql": ways, "sql": ways},
    )
    personas = draw(st.lists(persona, max_size=3)) if fit_ids else []
    step = st.fixed_dictionaries({"inside": st.sampled_from(["lead", "MQL", "SQL"]), "open": ways})
    steps = draw(st.lists(step, max_size=2))
    first, second = len(disqualify), len(disqualify) + len(fit)
    return LeadDefinition.model_validate(
        {
            "title": "Random",
            "version": "1",
            "agreed_on": "2026-01-01",
            "agreed_by": ["nobody"],
            "disqualify": items[:first],
            "fit": {"cap": draw(st.integers(1, 80)), "criteria": items[first:second]},
            "behaviour": {"cap": draw(st.integers(1, 80)), "criteria": items[second:]},
            "mql": draw(ways),
            "sql": draw(ways),
            "personas": [{**one, "id": f"persona{number}"} for number, one in enumerate(personas)],
            "steps": [{**one, "name": f"step {number}"} for number, one in enumerate(steps)],
            "minimum_information": [["last_name"], ["email", "phone"]],
        }
    )


def people_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """People with ids p0, p1, ..."""
    return pl.DataFrame([{"person_id": f"p{n}", **row} for n, row in enumerate(rows)], schema=PEOPLE_SCHEMA)


def activity_frame(rows: list[tuple[int, dict[str, Any]]]) -> pl.DataFrame:
    """Activities of the people with the given numbers."""
    return pl.DataFrame(
        [{"activity_id": f"a{n}", "person_id": f"p{who}", **row} for n, (who, row) in enumerate(rows)],
        schema=ACTIVITY_SCHEMA,
    )
