"""Taking records out of Salesforce's recycle bin: the one thing wanted here that only the SOAP API does.

Envelope, fault and answer of ``undelete``; session, repeats and budget are the client's.
"""

from collections.abc import Sequence
from typing import Any

from lxml import etree
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError

_SOAP, _API = "http://schemas.xmlsoap.org/soap/envelope/", "urn:partner.soap.sforce.com"
_HTTP = {"INVALID_SESSION_ID": 401, "REQUEST_LIMIT_EXCEEDED": 403, "SERVER_UNAVAILABLE": 503}
_ANYWHERE = ".//{*}"


def undelete(salesforce: Salesforce, record_ids: Sequence[str]) -> list[dict[str, Any]]:
    """One reply for each id, in the form of the REST API's collections.

    Raises:
        SalesforceError: the call as a whole was refused.
    """
    host, version = salesforce.sf_instance, salesforce.sf_version
    response = salesforce.session.post(
        f"https://{host}/services/Soap/u/{version}",
        data=_envelope(str(salesforce.session_id), record_ids),
        headers={"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""'},
    )
    answer = _parsed(response.content)
    if answer is None or response.status_code != 200:
        code = _text(answer, "exceptionCode")
        content = (
            [{"errorCode": code, "message": _text(answer, "exceptionMessage")}] if code else response.text
        )
        status = _HTTP.get(code, 400) if code else response.status_code
        raise SalesforceError(response.url, status, "undelete", content)
    return [_reply(result) for result in answer.iterfind(f"{_ANYWHERE}result")]


def _envelope(session_id: str, record_ids: Sequence[str]) -> bytes:
    envelope = etree.Element(f"{{{_SOAP}}}Envelope", nsmap={"soapenv": _SOAP, None: _API})
    header = etree.SubElement(envelope, f"{{{_SOAP}}}Header")
    session = etree.SubElement(header, f"{{{_API}}}SessionHeader")
    etree.SubElement(session, f"{{{_API}}}sessionId").text = session_id
    body = etree.SubElement(envelope, f"{{{_SOAP}}}Body")
    call = etree.SubElement(body, f"{{{_API}}}undelete")
    for record_id in record_ids:
        etree.SubElement(call, f"{{{_API}}}ids").text = record_id
    return bytes(etree.tostring(envelope, xml_declaration=True, encoding="UTF-8"))


def _parsed(content: bytes) -> Any:
    try:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        # A proxy's page, say: the status tells.
        return None


def _text(node: Any, name: str) -> str:
    return str(node.findtext(f"{_ANYWHERE}{name}") or "") if node is not None else ""


def _reply(result: Any) -> dict[str, Any]:
    if _text(result, "success") == "true":
        return {"id": _text(result, "id"), "success": True}
    error = {"statusCode": _text(result, "statusCode"), "message": _text(result, "message"), "fields": []}
    return {"success": False, "errors": [error]}
