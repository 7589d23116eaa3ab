"""The forms of values in scenario files: moments, durations, ids, ranges; and the closed mapping that holds them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)

from geodata.hazards.declared.flow import no_truth
from geodata.inputs.times import DURATION_FORMS, MOMENT_FORMS, check_moment, duration_s
from twin.errors import InputError


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        bare = f"+{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else ""
        raise InputError(found=bare or shown(value), expected=MOMENT_FORMS,
                         remedy=f"Write the unit: {bare}h or {bare}min." if bare else "")
    return check_moment(value)


def duration(value: Any) -> Any:
    """Read a duration as whole seconds."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InputError(found=shown(value), expected=DURATION_FORMS)
    seconds = round(duration_s(str(value)))
    if seconds <= 0:
        raise InputError(found=f"'{value}'", expected="longer than 0 s")
    return seconds


def _several(value: Any) -> Any:
    if isinstance(value, list | tuple):
        if not value:
            raise InputError(found="an empty list", expected="one id or a list of ids")
        return tuple(_id(entry) for entry in value)
    return (_id(value),)


def _id(value: Any) -> str:
    # An inventory numbers its cabinets 0423 or 12: as a YAML number the leading zeros would be lost in silence.
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InputError(found=shown(value), expected="an asset's id")
    if isinstance(value, int):
        return str(value)
    if not value.strip():
        raise InputError(found="an empty text", expected="an asset's id")
    return value


def named(text: str) -> str:
    """Refuse a name of nothing."""
    if not text.strip():
        raise InputError(found="an empty text", expected="a name that people will read")
    return text


class TwoTexts(str):
    """A text in French, with what it is in English."""

    en: str

    @classmethod
    def of(cls, fr: str, en: str) -> TwoTexts:
        """Give the French text, the English one beside it."""
        made = cls(fr)
        made.en = en
        return made


class BothLanguages(BaseModel):
    """A text in French and in English."""

    model_config = ConfigDict(extra="forbid")
    fr: str
    en: str


def _text(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """Read a text, or ``{fr: …, en: …}``: each is checked as the text alone would be."""
    return _both(value, check) if isinstance(value, Mapping) else check(value)


def _both(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """Read ``{fr: …, en: …}``."""
    if not isinstance(value, Mapping):
        raise InputError(found=shown(value), expected="a text in each language: 'fr' and 'en'")
    if set(value) != {"fr", "en"} or not all(isinstance(one, str) and one.strip() for one in value.values()):
        found = "an empty text" if set(value) == {"fr", "en"} else f"keys {', '.join(map(str, value))}" if set(
            value) & {"fr", "en"} else "a mapping"
        raise InputError(found=found, expected="a text, or one in each language: 'fr' and 'en'")
    return TwoTexts.of(str(check(value["fr"])), str(check(value["en"])))


def _range(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise InputError(found=shown(value), expected="a number, or the lowest and highest: [300, 500]")
        return (value, value)
    numbers = isinstance(value, list | tuple) and len(value) == 2 and all(
        isinstance(v, int | float) and not isinstance(v, bool) for v in value)
    if not numbers:
        raise InputError(found=shown(value), expected="a number, or the lowest and highest: [300, 500]")
    low, high = value
    if math.isnan(low) or math.isnan(high) or low > high:
        raise InputError(found=shown(value), expected="the lower number first")
    return (low, high)


def shown(value: Any) -> str:
    """Give a value as a complaint shows it."""
    if value is None:
        return "nothing"
    text = str(value)
    text = text if len(text) <= 60 else text[:57] + "…"
    return f"'{text}'" if isinstance(value, str) else text


Moment = Annotated[str, BeforeValidator(_moment, json_schema_input_type=str),
                   Field(description=MOMENT_FORMS, examples=["22:10", "+5h", "2026-11-22T21:00"])]
Duration = Annotated[int, BeforeValidator(duration, json_schema_input_type=str),
                     Field(description=DURATION_FORMS, examples=["36h", "5min", "1h 30min"])]
#: Texts that people read: in one language, or in both; names that stand in both.
Words = Annotated[str, WrapValidator(_text, json_schema_input_type=str | BothLanguages)]
Named = Annotated[Annotated[str, Field(min_length=1, max_length=200), AfterValidator(named)],
                  WrapValidator(_text, json_schema_input_type=str | BothLanguages)]
TwoNames = Annotated[str, WrapValidator(_both, json_schema_input_type=BothLanguages)]
AssetId = Annotated[str, BeforeValidator(_id, json_schema_input_type=str | int)]
AssetIds = Annotated[tuple[str, ...], BeforeValidator(_several, json_schema_input_type=str | int | list[str | int]),
                     Field(description="one asset's id, or a list of ids")]
_Pair = Annotated[list[float], Field(min_length=2, max_length=2)]
_Bound = Annotated[float, Field(allow_inf_nan=True)]
Range = Annotated[tuple[_Bound, _Bound], BeforeValidator(_range, json_schema_input_type=float | _Pair),
                  Field(description="a number, or [lowest, highest], both included", examples=[[300, 500]])]


class Part(BaseModel):
    """A mapping of a scenario file: closed, and unchangeable once read."""

    # Built when first read: a scenario uses few of these, and each that holds others builds them as well.
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False,
                              defer_build=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth(cls, value: Any, info: ValidationInfo) -> Any:
        return no_truth(value, cls.model_fields[str(info.field_name)].annotation)
