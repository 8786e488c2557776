"""The duplicate rule: leads and contacts that share an e-mail address."""

from collections.abc import Mapping
from typing import Any

from sandbox.salesforce.errors import SalesforceFault
from sandbox.salesforce.fields import ObjectSpec
from sandbox.salesforce.store import Store
from sandbox.salesforce.table import Row

_MESSAGE = "Use one of these records?"
_SPELT_RIGHT_SINCE = 52.0


def check_duplicates(
    store: Store,
    spec: ObjectSpec,
    draft: Mapping[str, Any],
    old: Row | None,
    *,
    allow: bool,
    api_version: float,
) -> None:
    """Refuse a lead or contact whose new e-mail another lead or contact has, as the rule's mode says.

    Raises:
        SalesforceFault: DUPLICATES_DETECTED with the matches, under the key that the API version spells.
    """
    mode = store.duplicates.mode
    if mode == "off" or (mode == "alert" and allow) or spec.name not in ("Lead", "Contact"):
        return
    address = draft.get("Email")
    if address is None or (old is not None and old.get("Email") == address):
        return
    found = {
        sobject: [row for row in store.holding(sobject, "Email", address) if row.id != draft["Id"]]
        for sobject in ("Lead", "Contact")
    }
    found["Lead"] = [row for row in found["Lead"] if not row["IsConverted"]]
    results = [_match(sobject, rows, api_version) for sobject, rows in found.items() if rows]
    if not results:
        return
    key = "duplicateResult" if api_version >= _SPELT_RIGHT_SINCE else "duplicateResut"
    details = {
        "allowSave": mode == "alert",
        "duplicateRule": store.duplicates.name,
        "duplicateRuleEntityType": spec.name,
        "errorMessage": _MESSAGE,
        "matchResults": results,
    }
    raise SalesforceFault("DUPLICATES_DETECTED", _MESSAGE, None, extra={key: details})


def _match(sobject: str, rows: list[Row], api_version: float) -> dict[str, Any]:
    root = f"/services/data/v{api_version:.1f}/sobjects/{sobject}"
    records = [
        {
            "additionalInformation": [],
            "fieldDiffs": [],
            "matchConfidence": 100.0,
            "record": {"attributes": {"type": sobject, "url": f"{root}/{row.id}"}, "Id": row.id},
        }
        for row in rows
    ]
    return {
        "entityType": sobject,
        "errors": [],
        "matchEngine": "ExactMatchEngine",
        "matchRecords": records,
        "rule": f"Standard_{sobject}_Match_Rule_v1_0",
        "size": len(records),
        "success": True,
    }
