"""The companies whose people Meridian meets: name, domain, industry, size, place, and what they are to us.

The same company is spelt differently in the two systems; its domain is the same. Writing companies
into the stores belongs to ``company_records``.
"""

import random
from dataclasses import dataclass

from sandbox.world.draws import generator
from sandbox.world.names import address_part
from sandbox.world.places import Place, draw_place, tidy_phone


@dataclass(frozen=True)
class Industry:
    """One industry in the words of HubSpot companies, of Salesforce, and of people who type freely."""

    hubspot: str
    salesforce: str
    free_texts: tuple[str, ...]
    nouns: tuple[str, ...]
    weight: float


INDUSTRIES = (
    Industry(
        "COMPUTER_SOFTWARE",
        "Technology",
        ("Technology", "Software", "SaaS", "IT services", "tech"),
        ("Software", "Systems", "Cloud", "Digital"),
        22,
    ),
    Industry(
        "BANKING", "Banking", ("Banking", "Bank", "Financial services"), ("Bank", "Capital", "Finanz"), 13
    ),
    Industry(
        "HOSPITAL_HEALTH_CARE",
        "Healthcare",
        ("Healthcare", "Health care", "Hospitals", "Gesundheit"),
        ("Kliniken", "Health", "Medical", "Care"),
        12,
    ),
    Industry("RETAIL", "Retail", ("Retail", "E-commerce", "Handel"), ("Retail", "Markt", "Stores"), 12),
    Industry(
        "MACHINERY",
        "Manufacturing",
        ("Manufacturing", "Machinery", "Maschinenbau", "industrial"),
        ("Werke", "Maschinenbau", "Industries", "Engineering"),
        14,
    ),
    Industry(
        "INSURANCE", "Insurance", ("Insurance", "Versicherung"), ("Insurance", "Versicherung", "Mutual"), 8
    ),
    Industry(
        "LOGISTICS_AND_SUPPLY_CHAIN",
        "Shipping",
        ("Logistics", "Shipping", "Transport & Logistics"),
        ("Logistics", "Freight", "Spedition"),
        9,
    ),
    Industry("HIGHER_EDUCATION", "Education", ("Education", "University"), ("Akademie", "College"), 4),
    Industry(
        "GOVERNMENT_ADMINISTRATION", "Government", ("Government", "Public sector"), ("Agency", "Amt"), 3
    ),
    Industry(
        "NON_PROFIT_ORGANIZATION_MANAGEMENT",
        "Not For Profit",
        ("Non-profit", "NGO", "Charity"),
        ("Foundation", "Stiftung"),
        3,
    ),
)
TARGET_INDUSTRIES = frozenset(
    {"Technology", "Banking", "Healthcare", "Retail", "Manufacturing", "Insurance", "Shipping"}
)

COMPETITORS: tuple[tuple[str, str], ...] = (
    ("Northwind Insights", "northwind-insights.example"),
    ("Datalumen", "datalumen.example"),
    ("Clearmetric", "clearmetric.example"),
)
"""Name and mail domain of Meridian's rivals, whose people ask for guides too."""

UNIVERSITIES: tuple[tuple[str, str], ...] = (
    ("Universität Leipzig-Nord", "stud.uni-leipzig-nord.example"),
    ("Eastgate State University", "students.eastgate.edu"),
    ("Hochschule Rheinufer", "stud.hs-rheinufer.example"),
)

_FIRST = (
    "Nord",
    "Rhein",
    "Alpen",
    "Blue Harbor",
    "Kestrel",
    "Silver Oak",
    "Lumen",
    "Orion",
    "Baltic",
    "Pinnacle",
    "Sankt Georg",
    "Vista",
    "Terra",
    "Falken",
    "Cobalt",
    "Hanse",
    "Evergreen",
    "Meadow",
    "Granite",
    "Copper Lake",
    "Aurora",
    "Delta",
    "Solara",
    "Iberia",
    "Tulip",
    "Fjord",
    "Summit",
    "Elbe",
    "Zephyr",
    "Quarry",
    "Harvest",
    "Beacon",
    "Polaris",
    "Amber",
    "Juniper",
    "Brück",
    "Castell",
    "Ostrava",
    "Ganges",
    "Maple",
)
_LEGAL = {
    "DE": "GmbH",
    "AT": "GmbH",
    "CH": "AG",
    "GB": "Ltd",
    "US": "Inc.",
    "CA": "Inc.",
    "FR": "SAS",
    "NL": "B.V.",
    "SE": "AB",
    "DK": "A/S",
    "PL": "Sp. z o.o.",
    "ES": "S.L.",
    "IT": "S.r.l.",
    "IN": "Pvt. Ltd.",
}
_SIZES = ((5, 49, 0.12), (50, 249, 0.34), (250, 999, 0.27), (1000, 4999, 0.18), (5000, 60000, 0.09))
_LARGE_ACCOUNTS = 12  # the companies with most of the people are not the tiniest


@dataclass(frozen=True)
class Company:
    """One company.

    ``name`` is HubSpot's spelling and ``account_name`` Salesforce's; ``employees`` counts people and
    ``revenue`` is a year's, in euros. ``account_name`` is None when Salesforce does not know it.
    """

    index: int
    name: str
    account_name: str | None
    domain: str
    industry: Industry
    employees: int
    revenue: int
    place: Place
    phone: str
    is_customer: bool

    @property
    def is_target(self) -> bool:
        """Whether Meridian sells to such companies."""
        return self.employees >= 50 and self.industry.salesforce in TARGET_INDUSTRIES


def _respell(name: str, legal: str, rng: random.Random) -> str:
    bare = name.removesuffix(f" {legal}")
    return rng.choice(
        (
            bare,
            name,
            name.upper(),
            f"{bare} Group",
            f"{bare}, {legal}",
            bare.replace("ü", "ue").replace(" ", "-"),
        )
    )


def draw_company(seed: int, index: int) -> Company:
    """The ``index``-th company of the world ``seed``; the first ones employ most of the people we know."""
    rng = generator(seed, "company", index)
    place = draw_place(rng)
    industry = rng.choices(INDUSTRIES, [each.weight for each in INDUSTRIES])[0]
    first = _FIRST[(index * 7 + rng.randrange(2)) % len(_FIRST)]
    bare = f"{first} {rng.choice(industry.nouns)}"
    legal = _LEGAL[place.country.code]
    name = f"{bare} {legal}" if rng.random() < 0.6 else bare
    sizes = _SIZES if index >= _LARGE_ACCOUNTS else _SIZES[1:]
    low, high, _ = rng.choices(sizes, [share for _, _, share in sizes])[0]
    employees = rng.randint(low, high)
    serial = "" if index < len(_FIRST) else str(index)
    return Company(
        index=index,
        name=name,
        account_name=_respell(name, legal, rng) if rng.random() < 0.45 else None,
        domain=f"{address_part(bare.replace(' ', '-'))}{serial}.example",
        industry=industry,
        employees=employees,
        revenue=employees * rng.randint(70, 320) * 1000,
        place=place,
        phone=tidy_phone(place, rng),
        is_customer=rng.random() < 0.08,
    )
