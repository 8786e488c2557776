"""The few calls of the partner SOAP API that REST lacks.

login, logout, getUserInfo, convertLead, merge, undelete.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from sandbox.salesforce import writes
from sandbox.salesforce.conversion import ConversionRequest, convert
from sandbox.salesforce.errors import SalesforceFault
from sandbox.salesforce.ids import to_id18
from sandbox.salesforce.incoming import record_id_of
from sandbox.salesforce.merging import merge
from sandbox.salesforce.org import Org
from sandbox.salesforce.sessions import IDLE_LIMIT
from sandbox.salesforce.values import render

_MOST_CONVERSIONS = 100
_LOGIN_GONE_SINCE = 65.0
_NAMESPACES = (
    'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" '
    'xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)


@dataclass(frozen=True, slots=True)
class SoapReply:
    """Status and XML of an answer."""

    status: int
    xml: str


@dataclass(frozen=True, slots=True)
class _Request:
    org: Org
    call: ElementTree.Element
    user_id: str
    version: float
    base_url: str


def _local(node: ElementTree.Element) -> str:
    return node.tag.rpartition("}")[2]


def _children(node: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [child for child in node if _local(child) == name]


def _text(node: ElementTree.Element, name: str) -> str | None:
    found = _children(node, name)
    return found[0].text.strip() or None if found and found[0].text else None


def _true(node: ElementTree.Element, name: str) -> bool:
    return (_text(node, name) or "").lower() in ("true", "1")


def _envelope(body: str) -> str:
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{head}<soapenv:Envelope {_NAMESPACES}><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"


def _fault(code: str, message: str) -> SoapReply:
    kind = "LoginFault" if code.startswith(("INVALID_LOGIN", "LOGIN_")) else "ApiFault"
    detail = (
        f'<sf:{kind} xsi:type="sf:{kind}"><sf:exceptionCode>{code}</sf:exceptionCode>'
        f"<sf:exceptionMessage>{escape(message)}</sf:exceptionMessage></sf:{kind}>"
    )
    body = (
        f"<soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {escape(message)}</faultstring>"
        f"<detail>{detail}</detail></soapenv:Fault>"
    )
    return SoapReply(500, _envelope(body))


def answer(org: Org, version: float, payload: bytes, base_url: str) -> SoapReply:
    """Answer one envelope; a refusal is a fault with HTTP status 500."""
    try:
        # The sandbox listens on the loopback only, and expat itself bounds entity expansion.
        root = ElementTree.fromstring(payload)  # noqa: S314 - a simulator that listens on loopback only
    except ElementTree.ParseError as error:
        return _fault("INVALID_XML", str(error))
    bodies = _children(root, "Body")
    if not bodies or not len(bodies[0]):
        return _fault("INVALID_XML", "no operation in the envelope's body")
    call = bodies[0][0]
    if _local(call) == "login":
        return _login(org, call, version, base_url)
    headers = [header for node in _children(root, "Header") for header in _children(node, "SessionHeader")]
    token = _text(headers[0], "sessionId") if headers else None
    user_id = None if token is None else org.sessions.user_of(token)
    if token is None or user_id is None:
        return _fault("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session")
    operation = _OPERATIONS.get(_local(call))
    if operation is None:
        return _fault("INVALID_OPERATION", f"operation {_local(call)} is not supported")
    if _local(call) == "logout":
        org.sessions.revoke(token)
    org.usage.count()
    try:
        results = operation(_Request(org, call, user_id, version, base_url))
    except SalesforceFault as fault:
        return _fault(fault.code, fault.message)
    return SoapReply(200, _envelope(f"<{_local(call)}Response>{results}</{_local(call)}Response>"))


def _login(org: Org, call: ElementTree.Element, version: float, base_url: str) -> SoapReply:
    if version >= _LOGIN_GONE_SINCE:
        return _fault("UNSUPPORTED_API_VERSION", f"login() does not exist in API version {version:.1f}")
    expected = org.password + org.security_token
    given = _text(call, "password")
    if _text(call, "username") != org.username or given != expected:
        if _text(call, "username") == org.username and given == org.password:
            return _fault(
                "LOGIN_MUST_USE_SECURITY_TOKEN",
                "Invalid username, password, security token; or user locked out.",
            )
        return _fault("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.")
    place = f"{version:.1f}/{org.organization_id[:15]}"
    user_id = org.integration_user_id
    result = _shown({
        "metadataServerUrl": f"{base_url}/services/Soap/m/{place}",
        "passwordExpired": False,
        "sandbox": True,
        "serverUrl": f"{base_url}/services/Soap/u/{place}",
        "sessionId": org.sessions.issue(user_id),
        "userId": user_id,
    })  # fmt: skip
    info = _user_info(org, user_id)
    return SoapReply(
        200, _envelope(f"<loginResponse><result>{result}<userInfo>{info}</userInfo></result></loginResponse>")
    )


def _user_info(org: Org, user_id: str) -> str:
    user = org.tables["User"].rows[user_id]
    return _shown({
        "organizationId": org.organization_id,
        "organizationName": "Meridian Analytics",
        "sessionSecondsValid": int(IDLE_LIMIT.total_seconds()),
        "userEmail": user["Email"],
        "userFullName": user["Name"],
        "userId": user_id,
        "userName": user["Username"],
        "userTimeZone": user["TimeZoneSidKey"],
    })  # fmt: skip


def _shown(values: dict[str, Any]) -> str:
    """Elements in order; None becomes xsi:nil."""
    out = []
    for name, value in values.items():
        if value is None:
            out.append(f'<{name} xsi:nil="true"/>')
        else:
            shown = str(value).lower() if isinstance(value, bool) else escape(str(render(value)))
            out.append(f"<{name}>{shown}</{name}>")
    return "".join(out)


def _errors(fault: SalesforceFault) -> str:
    fields = "".join(f"<fields>{escape(name)}</fields>" for name in fault.fields or [])
    detail = f"<message>{escape(fault.message)}</message><statusCode>{fault.code}</statusCode>"
    return f"<errors>{fields}{detail}</errors><success>false</success>"


def _convert_lead(request: _Request) -> str:
    wanted = _children(request.call, "leadConverts")
    if len(wanted) > _MOST_CONVERSIONS:
        raise SalesforceFault("EXCEEDED_ID_LIMIT", "convertLead takes at most 100 leads")
    return "".join(f"<result>{_convert_one(request, node)}</result>" for node in wanted)


def _convert_one(request: _Request, node: ElementTree.Element) -> str:
    org, lead_spec = request.org, request.org.specs["Lead"]

    def id_of(name: str, sobject: str) -> str | None:
        raw = _text(node, name)
        return None if raw is None else record_id_of(org.specs[sobject], raw)

    raw_id = _text(node, "leadId")
    try:
        lead_id = record_id_of(lead_spec, raw_id)
        raw_owner = _text(node, "ownerId")
        wanted = ConversionRequest(
            _text(node, "convertedStatus") or "",
            account_id=id_of("accountId", "Account"),
            contact_id=id_of("contactId", "Contact"),
            opportunity_id=id_of("opportunityId", "Opportunity"),
            opportunity_name=_text(node, "opportunityName"),
            create_opportunity=not _true(node, "doNotCreateOpportunity"),
            owner_id=None if raw_owner is None else to_id18(raw_owner),
            overwrite_lead_source=_true(node, "overwriteLeadSource"),
        )
        made = convert(org, lead_id, wanted, request.user_id, None)
    except SalesforceFault as fault:
        nothing = _shown({"accountId": None, "contactId": None})
        return nothing + _errors(fault).replace(
            "<success>", _shown({"leadId": raw_id, "opportunityId": None}) + "<success>"
        )
    return _shown({
        "accountId": made.account_id,
        "contactId": made.contact_id,
        "leadId": lead_id,
        "opportunityId": made.opportunity_id,
        "success": True,
    })  # fmt: skip


def _merge(request: _Request) -> str:
    return "".join(
        f"<result>{_merge_one(request, node)}</result>" for node in _children(request.call, "request")
    )


def _master_of(node: ElementTree.Element) -> ElementTree.Element:
    masters = _children(node, "masterRecord")
    if not masters:
        raise SalesforceFault("MISSING_ARGUMENT", "masterRecord is required", [])
    return masters[0]


def _merge_one(request: _Request, node: ElementTree.Element) -> str:
    org = request.org
    try:
        master = _master_of(node)
        spec = org.spec(_text(master, "type") or "")
        master_id = record_id_of(spec, _text(master, "Id"))
        losers = [
            record_id_of(spec, (child.text or "").strip()) for child in _children(node, "recordToMergeIds")
        ]
        fields: dict[str, Any] = {
            _local(child): child.text
            for child in master
            if _local(child) not in ("type", "Id", "fieldsToNull")
        }
        fields |= {(child.text or ""): None for child in _children(master, "fieldsToNull")}
        moved = merge(org, spec, master_id, losers, fields, request.user_id, None)
    except SalesforceFault as fault:
        return _errors(fault)
    merged = "".join(f"<mergedRecordIds>{loser}</mergedRecordIds>" for loser in losers)
    related = "".join(f"<updatedRelatedIds>{child}</updatedRelatedIds>" for child in moved)
    return f"<id>{master_id}</id>{merged}<success>true</success>{related}"


def _undelete(request: _Request) -> str:
    return "".join(
        f"<result>{_undelete_one(request, (node.text or '').strip())}</result>"
        for node in _children(request.call, "ids")
    )


def _undelete_one(request: _Request, raw: str) -> str:
    org, record_id = request.org, to_id18(raw)
    sobject = None if record_id is None else org.object_of(record_id)
    if record_id is None or sobject is None:
        return _errors(SalesforceFault("MALFORMED_ID", f"malformed id {raw}", []))
    try:
        writes.undelete(org, org.specs[sobject], record_id, request.user_id, None)
    except SalesforceFault as fault:
        return _errors(fault)
    return f"<id>{record_id}</id><success>true</success>"


def _get_user_info(request: _Request) -> str:
    return f"<result>{_user_info(request.org, request.user_id)}</result>"


def _logout(_: _Request) -> str:
    return ""


_OPERATIONS: dict[str, Callable[[_Request], str]] = {
    "convertLead": _convert_lead,
    "merge": _merge,
    "undelete": _undelete,
    "getUserInfo": _get_user_info,
    "logout": _logout,
}
