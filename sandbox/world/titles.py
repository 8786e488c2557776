"""Job titles: functions, seniorities, and the ways in which people write them.

A title knows its function and seniority, so that tests and simulated people can say what is meant; the
product sees only the text.
"""

import random
from dataclasses import dataclass

SENIORITY_SHARES = {
    "c_level": 0.12,
    "vp": 0.13,
    "director": 0.24,
    "manager": 0.25,
    "staff": 0.20,
    "intern": 0.06,
}
FUNCTION_SHARES = {
    "analytics": 0.20,
    "it": 0.18,
    "finance": 0.14,
    "operations": 0.14,
    "marketing": 0.14,
    "sales": 0.07,
    "hr": 0.05,
    "engineering": 0.05,
    "legal": 0.03,
}
TARGET_FUNCTIONS = frozenset({"analytics", "it", "finance", "operations", "marketing"})
TARGET_SENIORITIES = frozenset({"c_level", "vp", "director", "manager"})

_C_LEVEL = {
    "analytics": ("Chief Data Officer", "Chief Analytics Officer", "CDO"),
    "it": ("CIO", "Chief Information Officer", "CTO"),
    "finance": ("CFO", "Chief Financial Officer"),
    "operations": ("COO", "Chief Operating Officer"),
    "marketing": ("CMO", "Chief Marketing Officer"),
    "sales": ("CRO", "Chief Revenue Officer"),
    "hr": ("Chief People Officer", "CHRO"),
    "engineering": ("CTO & Co-Founder", "Chief Engineer"),
    "legal": ("General Counsel",),
}
_FIELD = {
    "analytics": ("Analytics", "Data & Analytics", "Business Intelligence", "Data"),
    "it": ("IT", "Information Technology", "IT Infrastructure", "Digital Transformation"),
    "finance": ("Finance", "Controlling", "FP&A"),
    "operations": ("Operations", "Business Operations", "Supply Chain Operations"),
    "marketing": ("Marketing", "Demand Generation", "Digital Marketing"),
    "sales": ("Sales", "Business Development"),
    "hr": ("Human Resources", "People"),
    "engineering": ("Engineering", "R&D"),
    "legal": ("Legal", "Compliance"),
}
_STAFF = {
    "analytics": ("Data Analyst", "BI Analyst", "Data Scientist"),
    "it": ("System Administrator", "IT Specialist", "Network Engineer"),
    "finance": ("Accountant", "Financial Analyst", "Controller"),
    "operations": ("Operations Coordinator", "Process Analyst"),
    "marketing": ("Marketing Specialist", "Content Editor", "Performance Marketing Associate"),
    "sales": ("Account Executive", "SDR"),
    "hr": ("HR Generalist", "Recruiter"),
    "engineering": ("Software Engineer", "Test Engineer"),
    "legal": ("Paralegal", "Contract Specialist"),
}
_PATTERNS = {
    "vp": ("VP {f}", "Vice President {f}", "VP of {f}", "SVP {f}", "Vice President, {f}"),
    "director": ("Director {f}", "Director of {f}", "Head of {f}", "Senior Director, {f}"),
    "manager": ("{f} Manager", "Manager, {f}", "Senior {f} Manager", "{f} Team Lead"),
    "intern": ("{f} Intern", "Working Student {f}", "Trainee {f}"),
}
_ODD = {
    "c_level": ("c.e.o.", "Managing Director", "Geschäftsführer", "Founder"),
    "vp": ("VP", "Bereichsleiter {f}"),
    "director": ("Dir. {f}", "Leiter {f}", "head of {f}!!"),
    "manager": ("mgr {f}", "{f} manager", "MANAGER {f}"),
    "staff": ("consultant", "n/a", "Sachbearbeiter"),
    "intern": ("intern", "Praktikant"),
}


@dataclass(frozen=True)
class JobTitle:
    """The text on the card, and what it means."""

    text: str
    function: str
    seniority: str

    @property
    def is_target(self) -> bool:
        """Whether Meridian sells to such people."""
        return self.function in TARGET_FUNCTIONS and self.seniority in TARGET_SENIORITIES


def write_title(function: str, seniority: str, rng: random.Random) -> str:
    """One usual wording of a title."""
    if seniority == "c_level":
        return rng.choice(_C_LEVEL[function])
    if seniority == "staff":
        return rng.choice(_STAFF[function])
    return rng.choice(_PATTERNS[seniority]).format(f=rng.choice(_FIELD[function]))


def odd_title(title: JobTitle, rng: random.Random) -> str:
    """An unusual wording of the same title: abbreviations, other languages, shouting."""
    return rng.choice(_ODD[title.seniority]).format(f=rng.choice(_FIELD[title.function]))


def draw_title(rng: random.Random) -> JobTitle:
    """A title of the people whom Meridian's marketing reaches."""
    seniority = rng.choices(list(SENIORITY_SHARES), list(SENIORITY_SHARES.values()))[0]
    function = rng.choices(list(FUNCTION_SHARES), list(FUNCTION_SHARES.values()))[0]
    return JobTitle(write_title(function, seniority, rng), function, seniority)
