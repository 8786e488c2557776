"""Countries and cities where people sit, the many ways to spell them, and telephone numbers there.

Numbers stay in ranges that regulators keep for fiction where such ranges exist. The culture chooses
the names; the time zone is the place's, not the person's calendar.
"""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Country:
    """One country: ISO code, the name used by clean data, other spellings, and its cities."""

    code: str
    name: str
    spellings: tuple[str, ...]
    region: str
    culture: str
    calling_code: str
    cities: tuple[tuple[str, str, str, str], ...]  # city, state or "", area code, time zone
    weight: float


COUNTRIES: tuple[Country, ...] = (
    Country(
        "DE",
        "Germany",
        ("Deutschland", "DE", "GERMANY", "germany", "Ger.", "Germany "),
        "DACH",
        "german",
        "49",
        (
            ("Berlin", "", "30", "Europe/Berlin"),
            ("München", "Bayern", "89", "Europe/Berlin"),
            ("Hamburg", "", "40", "Europe/Berlin"),
            ("Köln", "NRW", "221", "Europe/Berlin"),
            ("Frankfurt am Main", "Hessen", "69", "Europe/Berlin"),
        ),
        24,
    ),
    Country(
        "AT",
        "Austria",
        ("Österreich", "AT", "AUT"),
        "DACH",
        "german",
        "43",
        (("Wien", "", "1", "Europe/Vienna"), ("Graz", "Steiermark", "316", "Europe/Vienna")),
        4,
    ),
    Country(
        "CH",
        "Switzerland",
        ("Schweiz", "Suisse", "CH"),
        "DACH",
        "german",
        "41",
        (("Zürich", "ZH", "44", "Europe/Zurich"), ("Genève", "GE", "22", "Europe/Zurich")),
        5,
    ),
    Country(
        "GB",
        "United Kingdom",
        ("UK", "U.K.", "Great Britain", "England", "GB"),
        "UK & Ireland",
        "english",
        "44",
        (
            ("London", "", "20", "Europe/London"),
            ("Manchester", "", "161", "Europe/London"),
            ("Leeds", "West Yorkshire", "113", "Europe/London"),
        ),
        11,
    ),
    Country(
        "US",
        "United States",
        ("USA", "U.S.A.", "US", "United States of America", "us", "Unites States"),
        "North America",
        "english",
        "1",
        (
            ("New York", "NY", "212", "America/New_York"),
            ("Boston", "MA", "617", "America/New_York"),
            ("Chicago", "Illinois", "312", "America/Chicago"),
            ("Austin", "Texas", "512", "America/Chicago"),
            ("San Francisco", "CA", "415", "America/Los_Angeles"),
            ("Denver", "Colorado", "303", "America/Denver"),
            ("Atlanta", "GA", "404", "America/New_York"),
        ),
        24,
    ),
    Country(
        "CA",
        "Canada",
        ("CA", "CAN", "canada"),
        "North America",
        "english",
        "1",
        (("Toronto", "ON", "416", "America/Toronto"), ("Montréal", "Québec", "514", "America/Toronto")),
        4,
    ),
    Country(
        "FR",
        "France",
        ("FR", "FRANCE", "france"),
        "Southern Europe",
        "french",
        "33",
        (("Paris", "", "1", "Europe/Paris"), ("Lyon", "", "4", "Europe/Paris")),
        6,
    ),
    Country(
        "NL",
        "Netherlands",
        ("The Netherlands", "Holland", "NL", "Nederland"),
        "Benelux",
        "dutch",
        "31",
        (("Amsterdam", "", "20", "Europe/Amsterdam"), ("Utrecht", "", "30", "Europe/Amsterdam")),
        6,
    ),
    Country(
        "SE",
        "Sweden",
        ("Sverige", "SE", "SWE"),
        "Nordics",
        "nordic",
        "46",
        (("Stockholm", "", "8", "Europe/Stockholm"), ("Göteborg", "", "31", "Europe/Stockholm")),
        4,
    ),
    Country(
        "DK",
        "Denmark",
        ("Danmark", "DK"),
        "Nordics",
        "nordic",
        "45",
        (("København", "", "33", "Europe/Copenhagen"),),
        2,
    ),
    Country(
        "PL",
        "Poland",
        ("Polska", "PL"),
        "Eastern Europe",
        "polish",
        "48",
        (("Warszawa", "", "22", "Europe/Warsaw"), ("Kraków", "", "12", "Europe/Warsaw")),
        3,
    ),
    Country(
        "ES",
        "Spain",
        ("España", "ES", "Espana"),
        "Southern Europe",
        "iberian",
        "34",
        (("Madrid", "", "91", "Europe/Madrid"), ("Barcelona", "Cataluña", "93", "Europe/Madrid")),
        3,
    ),
    Country(
        "IT",
        "Italy",
        ("Italia", "IT"),
        "Southern Europe",
        "italian",
        "39",
        (("Milano", "MI", "02", "Europe/Rome"), ("Torino", "TO", "011", "Europe/Rome")),
        2,
    ),
    Country(
        "IN",
        "India",
        ("IN", "Bharat", "INDIA"),
        "Asia",
        "indian",
        "91",
        (("Bengaluru", "Karnataka", "80", "Asia/Kolkata"), ("Mumbai", "Maharashtra", "22", "Asia/Kolkata")),
        2,
    ),
)

BY_CODE = {country.code: country for country in COUNTRIES}


@dataclass(frozen=True)
class Place:
    """A city of a country, as clean data spells it."""

    country: Country
    city: str
    state: str
    area: str
    zone: str


def draw_place(rng: random.Random) -> Place:
    """A place; Germany and the United States are the commonest."""
    country = rng.choices(COUNTRIES, [country.weight for country in COUNTRIES])[0]
    city, state, area, zone = rng.choice(country.cities)
    return Place(country, city, state, area, zone)


def spell_country(country: Country, rng: random.Random, odd_share: float) -> str:
    """The country's name, or with ``odd_share`` chance one of the other spellings."""
    return rng.choice(country.spellings) if rng.random() < odd_share else country.name


def _subscriber(place: Place, rng: random.Random) -> str:
    if place.country.calling_code == "1":
        return f"555{rng.randint(100, 199):04d}"
    if place.country.code == "GB":
        return f"7946{rng.randint(0, 999):04d}"
    return f"23125{rng.randint(0, 999):03d}"


def tidy_phone(place: Place, rng: random.Random) -> str:
    """A number in the international form with spaces, such as ``+49 30 23125017``."""
    return f"+{place.country.calling_code} {place.area.lstrip('0')} {_subscriber(place, rng)}"


def odd_phone(place: Place, rng: random.Random) -> str:
    """The same kind of number the way people really type it."""
    code, area, number = place.country.calling_code, place.area, _subscriber(place, rng)
    if code == "1":
        forms = (
            f"({area}) {number[:3]}-{number[3:]}",
            f"{area}.{number[:3]}.{number[3:]}",
            f"1-{area}-{number[:3]}-{number[3:]} ext. {rng.randint(10, 999)}",
            f"{area}{number}",
            f"+1{area}{number}",
            f"tel: {area} {number}",
        )
    else:
        national = area if area.startswith("0") else f"0{area}"
        forms = (
            f"00{code} {area.lstrip('0')} {number}",
            f"+{code} (0){area.lstrip('0')} {number[:4]}-{number[4:]}",
            f"{national}/{number}",
            f"{national} {number[:3]} {number[3:]}",
            f"+{code}{area.lstrip('0')}{number}",
            f"Tel. {national}-{number}, mobile after 5pm",
        )
    return rng.choice(forms)
