"""The mapping: how one city's files become assets, supplies, context and terrain, declared in YAML.

Shorthands (``kind: lamp``, ``id: ID``, ``fields: {name: NOM}``) are spelt out while a mapping is read, so that the rest
of the importer meets one form of each thing. Keys that are not known are refused with the known ones listed.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from geodata.importing.link_spec import LinkSpec
from geodata.inputs.declared import (
    TEXT,
    TEXT_LIST,
    Declared,
    Names,
    Nothings,
    Pairs,
    checked_pattern,
    or_one,
    or_one_each,
    or_one_or_sql,
    text_of,
    texts_of,
)
from geodata.tables.dialect import CsvSpec
from geodata.tables.values import UNITS


class SourceSpec(Declared):
    """Where a file comes from: shown beside every answer that rests on it."""

    name: str = ""
    date: str = Field(default="", description="Date of the data, ISO 8601 (2018-02-18)")
    licence: str = ""
    attribution: str = ""

    @field_validator("date", mode="before")
    @classmethod
    def _iso(cls, value: Any) -> Any:
        return value.isoformat() if hasattr(value, "isoformat") else str(value)


class Condition(Declared):
    """What a column must hold; a value or a list of values is short for ``in``."""

    short = ({"type": ["string", "number", "boolean", "null"]}, {"type": "array"})

    is_in: list[Any] | None = Field(default=None, alias="in")
    is_not: list[Any] | None = Field(default=None, alias="not")
    above: float | None = None
    below: float | None = None
    matches: str | None = Field(default=None, description="regular expression, anywhere in the text")
    present: bool | None = Field(default=None, description="true: has a value; false: has none")

    @field_validator("matches")
    @classmethod
    def _expression(cls, pattern: str | None) -> str | None:
        return checked_pattern(pattern)

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if value is None:
            return {"present": False}
        if isinstance(value, dict):
            made = {key: item if key not in ("in", "not") or isinstance(item, list) else [item]
                    for key, item in value.items()}
        else:
            made = {"in": value if isinstance(value, list) else [value]}
        if not made or [] in (made.get("in"), made.get("not")):
            raise ValueError("a condition that says nothing; expected a value, a list of values, or one of in, not, "
                             "above, below, matches, present")
        return made


class FieldSpec(Declared):
    """Where the values of one field come from; a bare text is short for ``column``."""

    short = (TEXT, TEXT_LIST)

    column: str | None = None
    columns: list[str] = Field(default_factory=list, description="several columns, joined")
    looked_up_in: str | None = Field(default=None, alias="from", description="layer whose column it is")
    match: Pairs = Field(default_factory=dict, description="own column -> that layer's column")
    separator: str = Field(default=" ", description="between joined columns")
    value: Any = Field(default=None, description="the same for every record")
    unit: str | None = Field(default=None, description="unit of the column; the field's own is in its name")
    pattern: str | None = Field(default=None, description="regular expression; its first group is the value")
    map: dict[str, Any] = Field(default_factory=dict, description="value in the file -> value meant")
    otherwise: Any = Field(default=None, description="for values that the map lacks")
    no_value: Names = Field(default_factory=list, description="texts that mean no value in this column")
    decimal: Literal[".", ","] | None = None
    type: Literal["text", "number", "date"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, list):
            return {"columns": value}
        if not isinstance(value, dict):
            return {"column": str(value)}
        value = dict(value)
        if isinstance(value.get("match"), str | list):
            value["match"] = {name: name for name in texts_of(value["match"])}
        if isinstance(value.get("map"), dict):
            value["map"] = {text_of(key): item for key, item in value["map"].items()}
        if "no_value" in value:
            value["no_value"] = texts_of(value["no_value"])
        return value

    @field_validator("pattern")
    @classmethod
    def _expression(cls, pattern: str | None) -> str | None:
        return checked_pattern(pattern)

    @field_validator("unit")
    @classmethod
    def _known_unit(cls, unit: str | None) -> str | None:
        if unit is not None and unit not in UNITS:
            raise ValueError(f"unit '{unit}'; expected one of {', '.join(sorted(UNITS))}")
        return unit

    @model_validator(mode="after")
    def _one_origin(self) -> FieldSpec:
        given = [self.column is not None, bool(self.columns), self.value is not None]
        if sum(given) != 1:
            raise ValueError("exactly one of column, columns, value says where the values come from")
        if bool(self.looked_up_in) != bool(self.match):
            raise ValueError("'from' (a layer) and 'match' (own column: its column) go together")
        return self


class KindSpec(Declared):
    """The kind of each record: fixed, or looked up when kinds are mixed in one table."""

    short = ({"type": "string"},)

    fixed: str | None = None
    column: str | None = None
    map: dict[str, str | None] = Field(default_factory=dict)
    otherwise: str | None = Field(default=None, description="a kind, or 'drop'; without it unknown values are refused")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"fixed": value}
        if isinstance(value, dict) and isinstance(value.get("map"), dict):
            return {**value, "map": {text_of(key): item for key, item in value["map"].items()}}
        return value

    @model_validator(mode="after")
    def _one_way(self) -> KindSpec:
        if (self.fixed is None) == (self.column is None):
            raise ValueError("a kind is a name, or a column with a map")
        if self.column is not None and not self.map:
            raise ValueError("a kind from a column needs a map: value in the file -> kind")
        return self


class IdSpec(Declared):
    """Where ids come from: columns, or the record's content where no column names it. Never the order of rows."""

    short = (TEXT, TEXT_LIST)

    columns: Names = Field(default_factory=list)
    content: bool | list[str] = Field(default=False, description="true: everything in the record; or these columns")
    prefix: str = ""
    separator: str = "-"
    duplicates: Literal["suffix", "drop_copies", "drop", "refuse"] = Field(
        default="suffix", description="of a repeated id; drop_copies: records that say the same in every column are "
        "dropped, others told apart")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if value == "content":
            return {"content": True}
        if isinstance(value, str):
            return {"columns": [value]}
        if isinstance(value, list):
            return {"columns": value}
        if isinstance(value, dict) and isinstance(value.get("columns"), str):
            return {**value, "columns": [value["columns"]]}
        return value

    @model_validator(mode="after")
    def _one_way(self) -> IdSpec:
        if bool(self.columns) == bool(self.content):
            raise ValueError("an id comes either from columns or from content")
        return self


class PositionSpec(Declared):
    """Where a record stands; ``geometry`` (the file's own) and ``none`` are short forms."""

    short = ({"enum": ["geometry", "none"]},)

    source: Literal["geometry", "xy", "text", "wkt", "wkb", "geojson", "none"] = "geometry"
    x: str | None = Field(default=None, description="column of the easting or longitude")
    y: str | None = Field(default=None, description="column of the northing or latitude")
    column: str | None = Field(default=None, description="column of 'lat, lon' text, WKT, WKB or GeoJSON")
    order: Literal["lat_lon", "lon_lat"] = "lat_lon"
    decimal: Literal[".", ","] | None = None
    unit: str | None = Field(default=None, description="unit of x and y, where the CRS counts in another")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"source": value}
        if isinstance(value, dict) and "source" not in value:
            if "x" in value or "y" in value:
                return {**value, "source": "xy"}
            for form in ("text", "wkt", "wkb", "geojson"):
                if form in value:
                    rest = {key: item for key, item in value.items() if key != form}
                    return {**rest, "source": form, "column": value[form]}
        return value

    @model_validator(mode="after")
    def _complete(self) -> PositionSpec:
        if self.source == "xy" and (self.x is None or self.y is None):
            raise ValueError("a position in columns needs both x and y")
        if self.source in ("text", "wkt", "wkb", "geojson") and self.column is None:
            raise ValueError(f"a position as {self.source} needs its column")
        if self.unit is not None and self.unit not in UNITS:
            raise ValueError(f"unit '{self.unit}'; expected one of {', '.join(sorted(UNITS))}")
        return self


class TableSpec(Declared):
    """A table of records: which file, how to read it, which records of it."""

    file: Names = Field(default_factory=list)
    layer: Names = Field(default_factory=list, description="layer(s) of the file, several are put together")
    records: str | None = Field(default=None, description="path of the list in a JSON file: result.records")
    encoding: str | None = None
    csv: CsvSpec = CsvSpec()
    where: list[dict[str, Condition]] = Field(default_factory=list, json_schema_extra=or_one_or_sql)
    gdal_where: str | None = Field(default=None, description="condition in GDAL's SQL; a text in 'where' comes here")
    no_value: Nothings = Field(default_factory=dict, description="column (or *) -> texts that mean none")
    fill: dict[str, Literal["down"]] = Field(default_factory=dict, description="column -> down: a blank cell says what "
                                             "stands above it, as merged cells leave it")
    position: PositionSpec | None = None
    crs: str | None = Field(default=None, description="CRS of the positions, over what the file says; or 'guess'")
    source: SourceSpec = SourceSpec()

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        value = dict(value)
        for key in ("file", "layer"):
            if isinstance(value.get(key), str):
                value[key] = [value[key]]
        where = value.get("where")
        if "where" in value and (not where or (isinstance(where, list) and not all(where))
                                 or (isinstance(where, str) and not where.strip())):
            raise ValueError("'where' without a condition; expected {COLUMN: value}, a list of such sets, or a "
                             "condition in GDAL's SQL")
        if isinstance(where, str):
            value["gdal_where"] = value.pop("where")
        elif isinstance(where, dict):
            value["where"] = [where]
        none = value.get("no_value")
        if none is not None:
            value["no_value"] = ({str(key): texts_of(item) for key, item in none.items()} if isinstance(none, dict)
                                 else {"*": texts_of(none)})
        return value


class LayerSpec(TableSpec):
    """Records that become assets."""

    name: str = Field(default="", description="how the report calls it; the file's name without it")
    distinct: list[str] = Field(default_factory=list, description="columns whose distinct values are the records")
    derived_from: str | None = Field(default=None, alias="from", description="layer whose records are looked at")
    kind: KindSpec
    id: IdSpec
    lanterns: str | None = Field(default=None, description="column with the number of lanterns of a record: each "
                                 "becomes an asset of its own")
    fields: dict[str, FieldSpec] = Field(default_factory=dict)
    keep: Literal["all", "none"] | list[str] = Field(default="all", description="columns kept as src_ columns")
    supplied_by: list[LinkSpec] = Field(default_factory=list, json_schema_extra=or_one)

    @model_validator(mode="before")
    @classmethod
    def _list_of_links(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("supplied_by"), dict):
            return {**value, "supplied_by": [value["supplied_by"]]}
        return value

    @model_validator(mode="after")
    def _one_origin(self) -> LayerSpec:
        if bool(self.file) == bool(self.derived_from):
            raise ValueError("a layer has either a file or 'from' with 'distinct'")
        if bool(self.derived_from) != bool(self.distinct):
            raise ValueError("'from' and 'distinct' go together: the distinct values of these columns of that layer")
        return self

    def corrections(self) -> dict[str, Pairs]:
        """Give what the links of a derived layer put right, by the column's name in small letters; else nothing.

        Its records are made of the right names: a circuit of a misspelt cabinet is the cabinet's circuit.
        """
        found: dict[str, Pairs] = {}
        links = list(self.supplied_by) if self.derived_from else []
        while links:
            link = links.pop()
            links += [*link.any_of, *link.first_of]
            if link.corrections and link.pattern is None and link.looked_up_in is None:
                column = (link.by or list(link.match))[0].casefold()
                found[column] = {**link.corrections, **found.get(column, {})}
        return found


class ContextSpec(TableSpec):
    """Records that are drawn and named but supply nothing: streets, districts, water, parks, bridges."""

    id: IdSpec | None = None
    name: FieldSpec | None = None
    fields: dict[str, FieldSpec] = Field(default_factory=dict)
    keep: Literal["all", "none"] | list[str] = "none"

    @model_validator(mode="after")
    def _one_origin(self) -> ContextSpec:
        if not self.file:
            raise ValueError("a context layer needs its file")
        return self


class TerrainSpec(Declared):
    """Rasters of the ground's altitude."""

    file: Names
    crs: str | None = Field(default=None, description="over what the rasters say")
    unit: Literal["m", "cm", "mm", "ft", "us-ft"] = "m"
    error_m: float | None = Field(default=None, gt=0, description="error of one altitude, one standard figure")
    void: list[float] = Field(default_factory=list, description="altitudes that mean: not measured")
    vertical: str = Field(default="", description="vertical datum, NGF-IGN69")
    source: SourceSpec = SourceSpec()

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("file"), str):
            return {**value, "file": [value["file"]]}
        return value


class Mapping(Declared):
    """A whole mapping file."""

    city: str = Field(min_length=1)
    timezone: str = Field(description="IANA name, Europe/Paris")
    country: str = Field(default="", pattern="^([A-Z]{2})?$", description="ISO 3166 code, FR: emergency numbers and "
                         "authorities of public files; without it the time zone's country")
    crs: str | None = Field(default=None, description="projected CRS of the city; without it the UTM zone")
    source: SourceSpec = SourceSpec()
    kinds: dict[str, dict[str, Any]] = Field(default_factory=dict, description="own kinds, as twin/data/kinds.toml")
    layers: list[LayerSpec] = Field(min_length=1)
    tables: dict[str, TableSpec] = Field(default_factory=dict, description="files that are only looked up in")
    context: dict[str, list[ContextSpec]] = Field(default_factory=dict, json_schema_extra=or_one_each)
    terrain: TerrainSpec | None = None
    street_within_m: float = Field(default=60.0, gt=0, description="farther assets get no street by distance")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("context"), dict):
            return {**value, "context": {name: item if isinstance(item, list) else [item]
                                         for name, item in value["context"].items()}}
        return value

    @field_validator("context")
    @classmethod
    def _named(cls, context: dict[str, list[ContextSpec]]) -> dict[str, list[ContextSpec]]:
        if any(not name.strip() for name in context):
            raise ValueError("a context layer without a name; expected street, district, water or a name of your own")
        return context

    @field_validator("timezone")
    @classmethod
    def _zone(cls, name: str) -> str:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(name)
        except (ValueError, OSError) as unknown:  # ZoneInfoNotFoundError is a KeyError
            raise ValueError(f"time zone '{name}'; expected an IANA name such as Europe/Paris") from unknown
        except KeyError:
            raise ValueError(f"time zone '{name}'; expected an IANA name such as Europe/Paris") from None
        return name
