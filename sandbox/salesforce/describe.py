"""Describe: the global list, and one object's fields as one user may see them."""

from typing import Any

from sandbox.salesforce.calls import Call, Reply
from sandbox.salesforce.errors import not_found
from sandbox.salesforce.fields import NUMBER_TYPES, FieldSpec, ObjectSpec
from sandbox.salesforce.ids import NO_RECORD_TYPE_ID

_SOAP_TYPES = {
    "id": "tns:ID", "reference": "tns:ID", "boolean": "xsd:boolean", "int": "xsd:int", "double": "xsd:double",
    "currency": "xsd:double", "percent": "xsd:double", "date": "xsd:date", "datetime": "xsd:dateTime",
    "address": "urn:address", "anyType": "xsd:anyType",
}  # fmt: skip
_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "calculatedFormula", "compoundFieldName", "controllerName", "defaultValueFormula", "extraTypeInfo",
        "filteredLookupInfo", "mask", "maskType", "referenceTargetField", "relationshipOrder",
    )
)  # fmt: skip
_NEVER: dict[str, Any] = dict.fromkeys(
    (
        "aiPredictionField", "autoNumber", "calculated", "cascadeDelete", "dependentPicklist",
        "deprecatedAndHidden", "displayLocationInDecimal", "encrypted", "formulaTreatNullNumberAsZero",
        "highScaleNumber", "htmlFormatted", "queryByDistance", "restrictedDelete", "searchPrefilterable",
        "writeRequiresMasterRead",
    ),
    False,
)  # fmt: skip
_OBJECT_NEVER: dict[str, Any] = dict.fromkeys(
    (
        "activateable", "customSetting", "deepCloneable", "deprecatedAndHidden", "hasSubtypes", "isInterface",
        "isSubtype",
    ),
    False,
)  # fmt: skip
_OBJECT_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "associateEntityType", "associateParentEntity", "defaultImplementation", "extendedBy",
        "extendsInterfaces", "implementedBy", "implementsInterfaces",
    )
)  # fmt: skip


def describe_field(spec: FieldSpec, *, editable: bool) -> dict[str, Any]:
    """The 57 keys of one field."""
    sortable = spec.filterable and spec.type not in ("address", "complexvalue")
    shown: dict[str, Any] = {
        **_ABSENT,
        **_NEVER,
        "aggregatable": sortable and spec.type != "boolean",
        "byteLength": spec.length if spec.type in ("id", "reference") else spec.length * 3,
        "caseSensitive": spec.case_sensitive,
        "createable": spec.createable and editable,
        "custom": spec.custom,
        "defaultValue": spec.default,
        "defaultedOnCreate": spec.defaulted,
        "digits": spec.precision if spec.type == "int" else 0,
        "externalId": spec.external_id,
        "filterable": spec.filterable,
        "groupable": spec.type == "int" or (sortable and spec.type not in ("datetime", *NUMBER_TYPES)),
        "idLookup": spec.id_lookup,
        "inlineHelpText": spec.help_text,
        "label": spec.label,
        "length": spec.length,
        "name": spec.name,
        "nameField": spec.name == "Name",
        "namePointing": spec.polymorphic,
        "nillable": spec.nillable,
        "permissionable": spec.permissionable,
        "picklistValues": [
            {
                "active": option.active,
                "defaultValue": option.default,
                "label": option.label,
                "validFor": None,
                "value": option.value,
            }
            for option in spec.picklist
        ],
        "polymorphicForeignKey": spec.polymorphic,
        "precision": 0 if spec.type == "int" else spec.precision,
        "referenceTo": list(spec.reference_to),
        "relationshipName": spec.relationship,
        "restrictedPicklist": spec.restricted,
        "scale": spec.scale,
        "soapType": _SOAP_TYPES.get(spec.type, "xsd:string"),
        "sortable": sortable,
        "type": spec.type,
        "unique": spec.unique,
        "updateable": spec.updateable and editable,
    }
    if spec.type == "address":
        shown["queryByDistance"] = True
    return dict(sorted(shown.items()))


def _summary(call: Call, spec: ObjectSpec) -> dict[str, Any]:
    base = f"{call.root}/sobjects/{spec.name}"

    def may(verb: str) -> bool:
        return call.org.permissions.allows(spec.name, verb, call.user_id)

    return {
        **_OBJECT_ABSENT,
        **_OBJECT_NEVER,
        "createable": spec.createable and may("create"),
        "custom": False,
        "deletable": spec.deletable and may("delete"),
        "feedEnabled": spec.mergeable,
        "keyPrefix": spec.prefix,
        "label": spec.label,
        "labelPlural": spec.plural,
        "layoutable": spec.createable,
        "mergeable": spec.mergeable,
        "mruEnabled": spec.createable,
        "name": spec.name,
        "queryable": True,
        "replicateable": spec.replicateable,
        "retrieveable": True,
        "searchable": spec.mergeable,
        "triggerable": spec.createable,
        "undeletable": spec.undeletable and spec.deletable,
        "updateable": spec.updateable and may("edit"),
        "urls": {"describe": f"{base}/describe", "rowTemplate": f"{base}/{{ID}}", "sobject": base},
    }


def _visible_objects(call: Call, *, tooling: bool) -> list[ObjectSpec]:
    allows = call.org.permissions.allows
    return [
        spec
        for spec in call.org.specs.values()
        if spec.tooling == tooling and allows(spec.name, "read", call.user_id)
    ]


def global_list(call: Call) -> Reply:
    """``GET sobjects``."""
    tooling = call.path[0].lower() == "tooling"
    shown = [_summary(call, spec) for spec in _visible_objects(call, tooling=tooling)]
    return Reply(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": shown})


def object_spec(call: Call, name: str) -> ObjectSpec:
    """The object of a path segment, if the caller may read it. Raises NOT_FOUND."""
    spec = call.org.find_spec(name)
    hidden = spec is not None and not call.org.permissions.allows(spec.name, "read", call.user_id)
    if spec is None or hidden or (spec.tooling and call.path[0].lower() != "tooling"):
        raise not_found()
    return spec


def basic_info(call: Call, name: str) -> Reply:
    """``GET sobjects/Lead``."""
    return Reply(200, {"objectDescribe": _summary(call, object_spec(call, name)), "recentItems": []})


def describe(call: Call, name: str) -> Reply:
    """``GET sobjects/Lead/describe``: the fields that field-level security lets the caller see."""
    org, spec = call.org, object_spec(call, name)
    access = org.access(call.user_id, spec)
    body = _summary(call, spec)
    body["fields"] = [
        describe_field(field, editable=field.name in access.editable) for field in access.readable.values()
    ]
    body["childRelationships"] = [
        {
            "cascadeDelete": cascade,
            "childSObject": child,
            "deprecatedAndHidden": False,
            "field": field.name,
            "junctionIdListNames": [],
            "junctionReferenceTo": [],
            "relationshipName": relationship,
            "restrictedDelete": False,
        }
        for child, field, relationship, cascade in org.children(spec.name)
    ]
    body["recordTypeInfos"] = [
        {
            "active": True,
            "available": True,
            "defaultRecordTypeMapping": True,
            "developerName": "Master",
            "master": True,
            "name": "Master",
            "recordTypeId": NO_RECORD_TYPE_ID,
            "urls": {"layout": f"{call.root}/sobjects/{spec.name}/describe/layouts/{NO_RECORD_TYPE_ID}"},
        }
    ]
    body.update(compactLayoutable=True, sobjectDescribeOption="FULL", searchLayoutable=True)
    body.update(networkScopeFieldName=None, listviewable=None, lookupLayoutable=None)
    return Reply(200, body)
