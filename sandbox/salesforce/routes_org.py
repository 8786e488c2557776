"""The org itself: resources, limits, record counts."""

from typing import Any

from sandbox.salesforce.calls import Call, Reply

_RESOURCES = ("composite", "limits", "query", "queryAll", "sobjects", "tooling")
_FIXED_LIMITS = {
    "DailyAsyncApexExecutions": 250_000,
    "DailyBulkApiBatches": 15_000,
    "DailyBulkV2QueryFileStorageMB": 976_562,
    "DailyBulkV2QueryJobs": 10_000,
    "DataStorageMB": 1_024,
    "FileStorageMB": 1_024,
    "SingleEmail": 5_000,
}


def resources(call: Call) -> Reply:
    """``GET /services/data/v59.0/``."""
    return Reply(200, {name: f"{call.root}/{name}" for name in _RESOURCES})


def limits(call: Call) -> Reply:
    """``GET limits``."""
    usage = call.org.usage
    body = {"DailyApiRequests": {"Max": usage.limit, "Remaining": max(0, usage.limit - usage.used)}}
    body |= {name: {"Max": most, "Remaining": most} for name, most in _FIXED_LIMITS.items()}
    return Reply(200, body)


def record_count(call: Call) -> Reply:
    """``GET limits/recordCount?sObjects=Lead,Contact``: rows not deleted."""
    wanted = [name.strip().lower() for name in call.params.get("sObjects", "").split(",") if name.strip()]
    shown: list[dict[str, Any]] = [
        {"count": len(call.org.tables[name].live()), "name": name}
        for name, spec in call.org.specs.items()
        if not spec.tooling and (not wanted or name.lower() in wanted)
    ]
    return Reply(200, {"sObjects": shown})
