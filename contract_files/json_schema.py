"""The JSON Schema of a contract, by which an editor completes and checks the file while it is written.

Here: from a pydantic model to a schema of what may be *written*, phrases such as ``7 days`` included. Not here:
which contracts there are, and where their schemas are kept.
"""

from collections.abc import Collection
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

_PHRASE: JsonSchemaValue = {"type": ["string", "number", "boolean"]}


def json_schema(model: type[BaseModel], *, title: str, filled_in: Collection[str] = ()) -> dict[str, Any]:
    """The schema of a contract, draft 2020-12.

    Args:
        model: the shape of the contract.
        title: of the whole file, for people.
        filled_in: keys that the loader adds itself; nobody may write them.
    """
    schema = model.model_json_schema(schema_generator=_Written)
    schema["title"] = title
    for part in (schema, *schema.get("$defs", {}).values()):
        properties = part.get("properties", {})
        for key in filled_in:
            properties.pop(key, None)
        part["description"] = " ".join(part.get("description", "").split("\n\n")[0].split()) or title
        for value in properties.values():
            value.pop("title", None)
            if value.get("default", ...) is None:
                value.pop("default")
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema}


class _Written(GenerateJsonSchema):
    """What may be written where a validator first reads it: a phrase, or one item in place of a list."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        if schema.get("json_schema_input_schema") is not None:
            return super().function_before_schema(schema)
        inner: Any = schema["schema"]
        while inner["type"].startswith("function-") or inner["type"] == "nullable":
            inner = inner["schema"]
        if inner["type"] == "str":
            return self.generate_inner(schema["schema"])
        if inner["type"] == "tuple" and inner.get("variadic_item_index") is not None:
            many = self.generate_inner(schema["schema"])
            return {"anyOf": [many["items"], {**many, "minItems": 1}]}
        return dict(_PHRASE)
