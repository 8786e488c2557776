"""The mapping as values: which fields sync, under which rule, and the policies around them.

The YAML's shape, its defaults and the checks that one entry can make about itself. Reading the text is
``mapping.py``; whether the two CRMs really have such fields is ``schema_check.py``.
"""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sync_rules.mapping_activities import Activities
from sync_rules.mapping_caps import Caps
from sync_rules.mapping_deletions import Deletions
from sync_rules.mapping_strict import Strict, Texts
from sync_rules.records import SIDES, Side

ValueType = Literal[
    "text", "email", "phone", "number", "boolean", "date", "datetime",
    "picklist", "multi_picklist", "country", "owner", "domain", "company",
]  # fmt: skip
Rule = Literal[
    "two_way", "prefer_salesforce", "prefer_hubspot", "always_salesforce", "always_hubspot",
    "most_restrictive", "accord", "dont_sync",
]  # fmt: skip
BlankPolicy = Literal["keep", "clear_if_newer", "clear"]

_TARGETS = {
    "contacts": "hubspot", "companies": "hubspot", "Lead": "lead", "Contact": "contact", "Account": "account",
}  # fmt: skip
_PICKLISTS = ("picklist", "multi_picklist")
OBJECT_TYPES = (
    "contacts", "companies", "calls", "emails", "meetings", "tasks", "Lead", "Contact", "Account", "Task", "Event",
)  # fmt: skip
"""Every object type that a plan may write, by the vendors' names."""


class ValuePair(Strict):
    """One value in the words of each side."""

    hubspot: str
    salesforce: str


class ValueMap(Strict):
    """How a picklist's values translate.

    Attributes:
        canonical: the side whose words Accord keeps. Its value may appear in several pairs (the other side is
            finer); writing takes the first pair. The other side's value appears once.
        unmapped: ``hold`` a value that no pair names, ``pass`` it on as it is, or read it as the ``default``.
        default: the canonical value that an unmapped one is read as, with ``unmapped: default``.
    """

    canonical: Side = "hubspot"
    unmapped: Literal["hold", "pass", "default"] = "hold"
    default: str | None = None
    pairs: Annotated[tuple[ValuePair, ...], Field(strict=False, min_length=1)]

    @cached_property
    def reading(self) -> dict[Side, dict[str, str]]:
        """Per side, its words in folded case to the canonical value."""
        tables: dict[Side, dict[str, str]] = {"hubspot": {}, "salesforce": {}}
        for pair in self.pairs:
            for side in SIDES:
                tables[side].setdefault(
                    getattr(pair, side).strip().casefold(), getattr(pair, self.canonical).strip()
                )
        return tables

    @cached_property
    def writing(self) -> dict[Side, dict[str, str]]:
        """Per side, the canonical value to the word that the side is given."""
        tables: dict[Side, dict[str, str]] = {"hubspot": {}, "salesforce": {}}
        for pair in self.pairs:
            for side in SIDES:
                tables[side].setdefault(getattr(pair, self.canonical).strip(), getattr(pair, side).strip())
        return tables

    @model_validator(mode="after")
    def _unambiguous(self) -> "ValueMap":
        finer: Side = "salesforce" if self.canonical == "hubspot" else "hubspot"
        seen: set[str] = set()
        for pair in self.pairs:
            word = getattr(pair, finer).strip().casefold()
            if word in seen:
                raise ValueError(
                    f"{finer} value {getattr(pair, finer)!r} is in two pairs; keep one, or set"
                    f" `canonical: {finer}` if {self.canonical} has the finer values"
                )
            seen.add(word)
        if (self.unmapped == "default") != (self.default is not None):
            raise ValueError("`unmapped: default` and `default:` go together; give both")
        if self.default is not None and self.default not in {getattr(p, self.canonical) for p in self.pairs}:
            raise ValueError(f"default {self.default!r} is in no pair; use a {self.canonical} value")
        return self


class CountryForm(Strict):
    """How each side writes a country: its English ``name`` or its two-letter ``code``."""

    hubspot: Literal["name", "code"] = "name"
    salesforce: Literal["name", "code"] = "name"


class ValueSpec(Strict):
    """A value's type and where it lives; API names are None where the object has no such field."""

    name: str = ""
    type: ValueType
    hubspot: str | None = None
    lead: str | None = None
    contact: str | None = None
    account: str | None = None
    decimals: Annotated[int, Field(ge=0, le=8)] | None = None
    values: ValueMap | None = None
    country_form: CountryForm = CountryForm()

    def target(self, object_type: str) -> str | None:
        """The API name on ``contacts``, ``companies``, ``Lead``, ``Contact`` or ``Account``."""
        found: str | None = getattr(self, _TARGETS[object_type])
        return found

    @model_validator(mode="after")
    def _sensible(self) -> "ValueSpec":
        if self.values is not None and self.type not in _PICKLISTS:
            raise ValueError(f"`values` belong to picklists, not to {self.type}; remove them")
        if self.decimals is not None and self.type != "number":
            raise ValueError("`decimals` belong to numbers; remove them or change `type`")
        if not any((self.hubspot, self.lead, self.contact, self.account)):
            raise ValueError("names no field on either side; give `hubspot`, `lead`, `contact` or `account`")
        return self


class FieldSpec(ValueSpec):
    """One synced field.

    Attributes:
        rule: who decides when both sides changed (or always, for the ``always_`` rules).
        blank: whether an emptied value empties the other side.
        on_create: whether the first value goes along when a record is created; None: unless the rule makes
            the side being created the only authority.
        hubspot_write: ``opt_out`` for consent, which HubSpot takes only through its subscription calls.
    """

    rule: Rule
    blank: BlankPolicy = "keep"
    on_create: bool | None = None
    hubspot_write: Literal["property", "opt_out"] = "property"

    @model_validator(mode="after")
    def _rule_fits(self) -> "FieldSpec":
        if self.rule == "most_restrictive" and self.type != "boolean":
            raise ValueError("`most_restrictive` is for boolean consent fields; choose another rule")
        if self.rule == "accord":
            raise ValueError("`accord` fields are computed; move this one under `computed`")
        if self.hubspot_write == "opt_out" and self.rule != "most_restrictive":
            raise ValueError("`hubspot_write: opt_out` needs `rule: most_restrictive`")
        return self

    def goes_along(self, created: Side) -> bool:
        """Whether a record created on ``created`` starts with this value."""
        if self.rule == "dont_sync":
            return False
        return self.rule != f"always_{created}" if self.on_create is None else self.on_create


class ComputedSpec(ValueSpec):
    """A value that Accord computes and writes where an API name is given; edits by people are put right."""

    @property
    def rule(self) -> Rule:
        """Always ``accord``."""
        return "accord"


class People(Strict):
    """Fields of HubSpot contacts with Salesforce Leads and Contacts."""

    fields: dict[str, FieldSpec]
    computed: dict[str, ComputedSpec] = Field(default_factory=dict)


class Companies(Strict):
    """Fields of HubSpot companies with Salesforce Accounts."""

    fields: dict[str, FieldSpec]


class Admission(Strict):
    """Who is created on the side where they are missing."""

    stages: Texts
    minimum: Texts
    create_in_hubspot: Literal["never", "with_email", "always"] = "never"
    customers_become: Literal["lead", "contact"] = "lead"


class Owners(Strict):
    """People are matched by e-mail.

    Attributes:
        overrides: HubSpot e-mail to Salesforce e-mail (or ``queue:<name>``) where the two differ.
        fallback: e-mail or ``queue:<name>`` who owns created Salesforce records with no owner to map, or
            ``assignment rules``: Salesforce's own lead assignment rules choose.
    """

    overrides: dict[str, str] = Field(default_factory=dict)
    fallback: str | None = None


class Lifecycle(Strict):
    """HubSpot's ``lifecyclestage`` follows the stage, forward only.

    Attributes:
        order: HubSpot's stages from first to last; a stage not listed is never touched.
        stages: Accord stage to HubSpot lifecycle stage; a stage left out changes nothing.
        converted_lead_status: the canonical ``lead_status`` of a person whose Lead was converted.
    """

    order: Texts
    stages: dict[str, str]
    converted_lead_status: str | None = None

    @model_validator(mode="after")
    def _known(self) -> "Lifecycle":
        if unknown := sorted(set(self.stages.values()) - set(self.order)):
            raise ValueError(f"{', '.join(unknown)} not in `order`; add it there or correct the name")
        return self


class Identity(Strict):
    """How a record finds its person.

    Attributes:
        secondary: keys tried after e-mail, none by default.
        several: ``pick`` one of several candidates by the fixed order, or ``hold`` for a person.
        shared_mailboxes: local parts that many people share; their e-mail links only if the names agree.
        free_mail_domains: added to the built-in list of domains that are no company's.
    """

    secondary: Annotated[tuple[Literal["phone_last_name"], ...], Field(strict=False)] = ()
    several: Literal["pick", "hold"] = "pick"
    shared_mailboxes: Texts = ()
    free_mail_domains: Texts = ()


class Consent(Strict):
    """Opt-outs and re-consent.

    Attributes:
        lag_minutes: an opt-out that takes longer to reach the other side fails the check ``opt_outs_in_time``.
        resubscribe_to: ids of the HubSpot subscriptions that a re-consent shown in Salesforce subscribes to.
    """

    lag_minutes: Annotated[float, Field(gt=0)] = 15
    resubscribe_to: Texts = ()


class Flaps(Strict):
    """A field that changes side-to-side more than ``limit`` times in ``window_hours`` is frozen and held."""

    limit: Annotated[int, Field(ge=1)] = 3
    window_hours: Annotated[int, Field(ge=1)] = 24


class HoldAlarm(Strict):
    """When the queue of holds fails its check.

    Attributes:
        older_than_days: a hold that has stood longer is too old.
        more_than: open holds of one kind more than a day ago; a queue that grows faster is too fast.
        except_kinds: kinds that may stand and grow, because they wait for a person's wish and not for a repair.
        silence_times, silence_hours: a side that has nothing new for more than so many times its longest quiet
            stretch of the last weeks, and for more than so many hours, is too quiet.
        rejected_share: more of a pass's writes refused than this is too much.
    """

    older_than_days: Annotated[float, Field(gt=0, strict=False)] = 14
    more_than: Annotated[int, Field(ge=1)] = 100
    except_kinds: Texts = ("undone",)
    silence_times: Annotated[float, Field(ge=1, strict=False)] = 2
    silence_hours: Annotated[float, Field(gt=0, strict=False)] = 12
    rejected_share: Annotated[float, Field(ge=0, le=1, strict=False)] = 0.2


class HoldRules(Strict):
    """``owners``: by kind of hold, who has to act, where it is not whom Accord would name."""

    owners: dict[str, str] = Field(default_factory=dict)
    alarm: HoldAlarm = HoldAlarm()


class Replay(Strict):
    """``keep_days``: how long past decisions are kept for `accord replay`; 0 keeps none."""

    keep_days: Annotated[int, Field(ge=0, le=3660)] = 90


class Opportunities(Strict):
    """What of Salesforce's opportunities only your org knows.

    Attributes:
        reason: API name of the Opportunity field in which sales keeps why one was won or lost; None if in none.
    """

    reason: str | None = None


class Mapping(Strict):
    """The whole mapping.

    Attributes:
        version: of the file's shape; 1.
        default_region: ISO country by which phone numbers without a country code are read.
    """

    version: Literal[1]
    default_region: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    people: People
    companies: Companies
    activities: Activities
    admission: Admission
    deletions: Deletions = Deletions()
    owners: Owners = Owners()
    opportunities: Opportunities = Opportunities()
    lifecycle: Lifecycle
    identity: Identity = Identity()
    flaps: Flaps = Flaps()
    holds: HoldRules = HoldRules()
    consent: Consent = Consent()
    caps: Caps = Caps()
    replay: Replay = Replay()
