"""Export for GIS: all of a run in one GeoPackage, in the colours and words of the maps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geodata.gis.layers import Words
from geodata.gis.package import write_geopackage
from viewer.outputs.gis_style import styles
from viewer.outputs.gis_words import CONDITIONS

if TYPE_CHECKING:
    from geodata.run.folder import Run


def export_gis(run: Run, out: Path | str, *, lang: str = "en") -> Path:
    """Write a run for GIS, styled for QGIS.

    Parameters
    ----------
    run
        A run read from its folder.
    out
        The file; an earlier one of this sort is replaced, any other file stays.
    lang
        Language of states, kinds and legends, ``fr`` or ``en``.

    Raises
    ------
    InputError
        A place that holds another file, or cannot be written.
    """
    kinds = {kind.name: kind.words[lang].one for kind in run.result.city.assets.kinds}
    write_geopackage(run, Path(out), Words(conditions=CONDITIONS[lang], kinds=kinds), styles(lang))
    return Path(out)
