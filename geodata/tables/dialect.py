"""How a text table is written, where a mapping or a scenario states it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from geodata.inputs.declared import Declared

#: Texts that mean "no value" wherever a layer says nothing else.
NULL_TEXTS = ("", "-", "--", "NULL", "null", "<Null>", "None", "NaN", "nan", "n/a", "N/A", "#N/A")


class CsvSpec(Declared):
    """Dialect of a text table; what is not stated is found out and reported."""

    delimiter: str | None = Field(default=None, description="',', ';', '|' or '\\t'")
    quote: str = '"'
    decimal: Literal[".", ","] | None = None
    header_row: int | None = Field(default=None, ge=0, description="line of the header, 1 first; 0: no header")
    unit_row: bool | None = Field(default=None, description="whether the line under the header holds units")
    columns: list[str] = Field(default_factory=list, description="names of the columns, instead of the header's")
