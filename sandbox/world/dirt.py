"""What is wrong with some people's data, one function per kind.

Each takes a plain profile and gives the unusual one. Odd spellings of single values (telephone,
country, title) belong to the profile's drawing, opt-outs and owners to the records.
"""

import random
from collections.abc import Callable
from dataclasses import replace

from sandbox.world import names
from sandbox.world.companies import COMPETITORS, UNIVERSITIES
from sandbox.world.places import tidy_phone
from sandbox.world.profile import Profile
from sandbox.world.scenario import Kind, Side
from sandbox.world.titles import JobTitle

FREE_MAIL = ("gmail.com", "gmx.de", "yahoo.com", "outlook.com", "web.de")
DISPOSABLE_MAIL = ("mailinator.com", "guerrillamail.com", "yopmail.com", "10minutemail.com", "trashmail.com")


def draw_address(first: str, last: str, domain: str, index: int, rng: random.Random) -> str:
    given, family = names.address_part(first) or "x", names.address_part(last) or "x"
    form = rng.choice((f"{given}.{family}", f"{given}.{family}", f"{given[0]}.{family}", f"{given}{family}"))
    serial = str(index) if rng.random() < 0.1 else ""
    return f"{form}{serial}@{domain}"


def _junk(profile: Profile, rng: random.Random) -> Profile:
    first, last = rng.choice(names.JUNK)
    local = names.address_part(f"{first}{last}").strip(".-") or "test"
    return replace(
        profile,
        first_name=first,
        last_name=last,
        email=f"{local}{profile.index}@{rng.choice((*FREE_MAIL, 'test.com', 'asdf.com'))}",
        company=None,
        company_text=rng.choice(("asdf", "test", "xxx", "")),
        industry_text="",
        title_text=rng.choice(("asdf", "", "boss")),
        phone=rng.choice(("123456", "0000000000", "n/a", "")),
        interest="cold",
    )


def _student(profile: Profile, rng: random.Random) -> Profile:
    university, domain = rng.choice(UNIVERSITIES)
    return replace(
        profile,
        email=draw_address(profile.first_name, profile.last_name, domain, profile.index, rng),
        company=None,
        company_text=university,
        industry_text="Education",
        title=JobTitle("Student", "student", "student"),
        title_text=rng.choice(("Student", "MSc Student Data Science", "PhD student", "Werkstudent")),
    )


def _competitor(profile: Profile, rng: random.Random) -> Profile:
    company, domain = rng.choice(COMPETITORS)
    return replace(
        profile,
        email=draw_address(profile.first_name, profile.last_name, domain, profile.index, rng),
        company=None,
        company_text=company,
        industry_text="Software",
        title_text=rng.choice(
            ("Product Marketing Manager", "Competitive Intelligence Lead", profile.title_text)
        ),
    )


def _foreign_mail(domains: tuple[str, ...]) -> Callable[[Profile, random.Random], Profile]:
    def change(profile: Profile, rng: random.Random) -> Profile:
        domain = rng.choice(domains)
        address = draw_address(profile.first_name, profile.last_name, domain, profile.index, rng)
        return replace(profile, email=address, salesforce_email=address)

    return change


def _changed_address(profile: Profile, rng: random.Random) -> Profile:
    family = rng.choice(names.FAMILY[profile.place.country.culture])
    domain = (profile.email or "").partition("@")[2]
    address = draw_address(profile.first_name, family, domain, profile.index, rng)
    return replace(profile, email=address, old_email=profile.email, last_name=family)


def _no_email(profile: Profile, rng: random.Random) -> Profile:
    phone = profile.phone or tidy_phone(profile.place, rng)
    return replace(profile, email=None, salesforce_email=None, phone=phone)


def _no_company(profile: Profile, rng: random.Random) -> Profile:
    return replace(profile, company=None, company_text="", industry_text="")


CHANGES: dict[Kind, Callable[[Profile, random.Random], Profile]] = {
    Kind.JUNK_NAME: _junk,
    Kind.STUDENT: _student,
    Kind.COMPETITOR: _competitor,
    Kind.DISPOSABLE: _foreign_mail(DISPOSABLE_MAIL),
    Kind.FREE_MAIL: _foreign_mail(FREE_MAIL),
    Kind.CHANGED_ADDRESS: _changed_address,
    Kind.NO_EMAIL: _no_email,
    Kind.NO_COMPANY: _no_company,
}
"""What each kind does to a plain person; the kinds of duplicates are made by ``duplicate_of``."""


def _mistyped(email: str, rng: random.Random) -> str:
    local, _, domain = email.partition("@")
    return rng.choice(
        (
            f"{local}@{domain.replace('example', 'exmaple')}",
            f"{local}{local[-1]}@{domain}",
            f"{local[0]}{local[2:]}@{domain}",
            f"{local.replace('.', '', 1)}1@{domain}",
        )
    )


def duplicate_of(original: Profile, index: int, kind: Kind, side: Side, rng: random.Random) -> Profile:
    """A second record about ``original``, as number ``index``, by one of the three ways that make them."""
    address = original.email or ""
    local, _, domain = address.partition("@")
    first, last = original.first_name, original.last_name
    if kind is Kind.CASE_DUPLICATE:
        address = rng.choice((address.upper(), f"{local.title()}@{domain}"))
        first, last = first.upper(), last.upper()
    elif kind is Kind.PLUS_DUPLICATE:
        address = f"{local}+{rng.choice(('webinar', 'news', 'meridian', 'events'))}@{domain}"
    else:
        address = _mistyped(address, rng)
    return replace(
        original,
        index=index,
        kind=kind,
        side=side,
        first_name=first,
        last_name=last,
        email=address,
        salesforce_email=address,
        age_days=original.age_days * rng.uniform(0.1, 0.9),
        duplicate_of=original.index,
    )
