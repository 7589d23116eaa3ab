"""A link as a mapping declares it: whose ids, which columns, or the nearest."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from geodata.inputs.declared import Declared, Names, Pairs, checked_pattern, texts_of


class LinkSpec(Declared):
    """One needed supply: by the suppliers' ids, through equal columns, or the nearest, which is then inferred."""

    kind: str | None = Field(default=None, description="kind of the supplier")
    layer: str | None = Field(default=None, description="layer of the suppliers, where a kind alone is ambiguous")
    by: Names = Field(default_factory=list, description="own columns that hold the supplier's id")
    match: Pairs = Field(default_factory=dict, description="own column -> the supplier's column")
    looked_up_in: str | None = Field(default=None, alias="from", description="table or layer whose columns 'by' names")
    on: Pairs = Field(default_factory=dict, description="own column -> that table's column")
    nearest_m: float | None = Field(default=None, gt=0, description="nearest supplier within this distance")
    along: Literal["street", "line"] = Field(default="street", description="how 'nearest' is measured; without streets "
                                             "in a straight line")
    any_of: list[LinkSpec] = Field(default_factory=list, description="alternatives, the preferred first")
    first_of: list[LinkSpec] = Field(default_factory=list, description="the first that a record has")
    service: Literal["power", "control", "water"] = "power"
    feed: Literal["permanent", "switched"] = "permanent"
    transfer_s: int = Field(default=0, ge=0)
    pattern: str | None = Field(default=None, description="regular expression that cuts the own column's values; its "
                                "first group is the supplier's")
    corrections: Pairs = Field(default_factory=dict, description="name in the own column -> the supplier's, where the "
                               "file misspells it")
    spelling: Literal["number"] | None = Field(
        default=None, description="number: a name that no supplier carries is linked to the only one with its first "
        "letter and number (A50 and ARM 50 to A-050), marked inferred")
    choose: Literal["nearest", "alternatives", "all"] | None = Field(
        default=None, description="where a record names several suppliers, or several carry the name: the nearest, "
        "marked inferred; alternatives, the first preferred; all of them needed. Without it they are complained of")
    doubtful_beyond_m: float = Field(default=2000.0, gt=0, description="longer links are reported as doubtful")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        value = dict(value)
        if isinstance(value.get("by"), str):
            value["by"] = [value["by"]]
        for key in ("match", "on"):
            if isinstance(value.get(key), str | list):
                value[key] = {name: name for name in texts_of(value[key])}
        return value

    @field_validator("pattern")
    @classmethod
    def _expression(cls, pattern: str | None) -> str | None:
        return checked_pattern(pattern)

    @model_validator(mode="after")
    def _one_way(self) -> LinkSpec:
        if bool(self.looked_up_in) != bool(self.on) or (self.on and not self.by):
            raise ValueError("a link through a table has by (its column), from (its name), on (own column: its column)")
        ways = [bool(self.by), bool(self.match), self.nearest_m is not None, bool(self.any_of), bool(self.first_of)]
        if sum(ways) != 1:
            raise ValueError("a link is exactly one of by, match, nearest_m, any_of, first_of")
        if not (self.any_of or self.first_of) and (self.kind is None) == (self.layer is None):
            raise ValueError("a link names its suppliers by kind or by layer")
        named = self.by or list(self.match)
        if self.choose is not None and not named:
            raise ValueError("choose goes with by or match: it says which of several that carry one name")
        if any(one.choose == "all" for one in (*self.any_of, *self.first_of)):
            raise ValueError("choose: all goes with a link of its own: what is needed replaces nothing")
        if self.corrections and len(named) != 1:
            raise ValueError("corrections goes with by or match of one column: it corrects that column's values")
        if self.spelling is not None and len(named) != 1:
            raise ValueError("spelling goes with by or match of one column: it reads that column's values")
        if self.pattern is not None and len(named) != 1:
            raise ValueError("pattern goes with by or match of one column: it cuts that column's values")
        return self
