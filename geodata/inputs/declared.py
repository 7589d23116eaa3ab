"""What all declarations of a mapping share: unknown keys are refused, short forms are spelt out and told to editors."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from geodata.inputs.patterns import pattern_of

TEXT = {"type": ["string", "number"]}
TEXT_LIST = {"type": "array", "items": TEXT}
#: One text is short for a list of one.
Names = Annotated[list[str], WithJsonSchema({"anyOf": [TEXT, TEXT_LIST]})]
#: Texts that mean no value, for all columns or by column.
Nothings = Annotated[dict[str, list[str]], WithJsonSchema(
    {"anyOf": [TEXT, TEXT_LIST, {"type": "object", "additionalProperties": {"anyOf": [TEXT, TEXT_LIST]}}]})]
#: Own column -> other column; a name or a list of names where both are called the same.
Pairs = Annotated[dict[str, str], WithJsonSchema(
    {"anyOf": [TEXT, TEXT_LIST, {"type": "object", "additionalProperties": TEXT}]})]


class Declared(BaseModel):
    """Anything declared in a mapping: no key beyond the known ones."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False, defer_build=True)
    #: What may stand for the whole of it, in JSON Schema: editors must know the short forms too.
    short: ClassVar[tuple[dict[str, Any], ...]] = ()

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Give the JSON Schema with the short forms beside the long one."""
        made = handler(core)
        if cls.short:
            whole = handler.resolve_ref_schema(made)
            long = dict(whole)
            whole.clear()
            whole["anyOf"] = [*cls.short, long]
        return made


def or_one(made: dict[str, Any]) -> None:
    """Say in JSON Schema that one item may stand for a list of one."""
    items = made.pop("items")
    made.pop("type")
    made["anyOf"] = [items, {"type": "array", "items": items}]


def or_one_or_sql(made: dict[str, Any]) -> None:
    """Say that one item, or a text, may stand for a list."""
    or_one(made)
    made["anyOf"].append({"type": "string"})


def or_one_each(made: dict[str, Any]) -> None:
    """Say of each value that one item may stand for a list of one."""
    or_one(made["additionalProperties"])


def checked_pattern(pattern: str | None) -> str | None:
    """Give an expression as it is.

    Raises
    ------
    ValueError
        It is none.
    """
    if pattern is not None:
        pattern_of(pattern)
    return pattern


def text_of(value: Any) -> str:
    """Give a YAML scalar as the text that a file would hold."""
    return "" if value is None else ("true" if value else "false") if isinstance(value, bool) else str(value)


def texts_of(value: Any) -> list[str]:
    """Give a scalar or a list of scalars as texts."""
    return [text_of(item) for item in (value if isinstance(value, list) else [value])]
