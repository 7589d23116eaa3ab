"""Headings and words of the tables that people read beside a report, in French; in English they are the keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from twin.errors import InputError

#: What each key is called in French: columns, then words in cells.
_FRENCH = {
    "asset_id": "équipement", "asset_ids": "équipements", "kind": "sorte", "name": "nom", "street": "rue",
    "district": "quartier", "by": "par", "operator": "exploitant", "people": "personnes", "states": "états",
    "since": "depuis", "back": "retour", "root": "origine", "root_mechanism": "cause", "reserve_until":
    "réserve jusqu’à", "may_be_out_from": "peut-être hors service dès", "out_computed_from":
    "hors service selon le calcul dès", "out_surely_from": "sûrement hors service dès", "repaired_at": "réparé à",
    "waits_for": "attend le retour de", "fed_by": "alimenté par", "depth_m": "eau (m)", "trend": "tendance",
    "peak_depth_m": "eau au plus haut (m)",
    "peak_time": "heure du plus haut", "wet_since": "dans l’eau depuis", "touched_since_test": "eau depuis l’essai",
    "flooded_since_test": "inondé depuis l’essai", "cut": "à couper", "reported": "constat", "reported_at":
    "constaté à", "reported_by": "constaté par", "supply": "alimentation", "why": "cause", "not_to_be_re_energised":
    "à ne pas remettre sous tension", "cabinets_behind": "armoires en aval", "lamps_behind": "lampes en aval",
    "buildings_behind": "bâtiments en aval", "sites_behind": "sites en aval", "people_behind": "personnes en aval",
    "crew": "équipe", "visit": "visite", "leaves": "départ", "arrives": "arrivée", "ends": "fin", "circuits":
    "départs électriques", "stages": "étapes", "from": "de",
    "by_depth_m": "eau par rue à l’arrivée (m)", "by_depth_now_m": "eau par rue maintenant (m)",
    "depth_now_m": "eau maintenant (m)", "water_comes_back": "l’eau revient", "no_effect_before": "sans effet avant",
    "out": "éteints", "p50": "retour, 1 chance sur 2", "p90": "retour, 9 sur 10", "nights": "nuits tirées",
    "live_in_water": "sous tension dans l’eau", "assessed": "évalué", "waits": "attend", "held_by": "retenu par",
    "mended_by": "réparé par", "feed": "alimentation", "cut_off_since": "hors d’atteinte depuis", "reached_again":
    "de nouveau accessible à", "state": "état", "reserve_min": "réserve (min)", "water_at_door": "eau à la porte",
    "water_inside": "eau à l’intérieur", "contact": "contact"}
_CELLS = {
    "live_in_water": "peut-être sous tension dans l’eau", "suspended": "arrosage suspendu", "may_be_out": "en doute",
    "cut_off": "au sec mais coupé", "unreachable": "hors d’atteinte",
    "on_reserve": "sur réserve", "last_feed": "dernière alimentation", "do_not_re_energise":
    "ne pas remettre sous tension", "unknown": "eau inconnue", "no_supplier": "alimentation inconnue",
    "in_service": "en service", "repaired":
    "réparé, sans courant", "out": "hors service", "dry": "au sec", "grid": "gestionnaire du réseau", "city":
    "ville", "rising": "monte", "falling": "baisse", "steady": "étale", "flooded": "inondé", "tripped": "déclenché",
    "supply_lost": "sans alimentation", "buffer_empty": "réserve vide", "cut": "coupé", "failed": "en panne",
    "inspect": "contrôler", "clean_dry": "nettoyer et sécher", "replace": "remplacer", "re_energise":
    "essayer et remettre sous tension", "reach": "accès"}


def headings(columns: Sequence[str], lang: str) -> tuple[str, ...]:
    """Give the headings of columns in ``fr`` or ``en``.

    Raises
    ------
    InputError
        A language other than fr and en.

    Examples
    --------
    >>> headings(("asset_id", "street"), "fr"), headings(("asset_id",), "en")
    (('équipement', 'rue'), ('asset_id',))
    """
    if lang not in ("fr", "en"):
        raise InputError(field="lang", found=f"language '{lang}'", expected="fr or en")
    return tuple(columns) if lang == "en" else tuple(_FRENCH[name] for name in columns)


def opens(columns: Sequence[str], known_by: int = 4) -> tuple[str, ...]:
    """Give how a table of these columns may begin, in either language: an earlier one is replaced."""
    return tuple(",".join(headings(columns[:known_by], lang)) for lang in ("en", "fr"))


def in_words(cells: Iterable[Any], lang: str, mark: str = ";") -> str:
    """Give several words of one cell, parted by a mark.

    Examples
    --------
    >>> in_words(["live_in_water", "out"], "fr"), in_words(["out"], "en")
    ('peut-être sous tension dans l’eau;hors service', 'out')
    """
    return mark.join(str(word(cell, lang)) for cell in cells)


def word(cell: Any, lang: str) -> Any:
    """Give one cell: a word of the tables, or yes and no, in the language; all else as it is.

    Examples
    --------
    >>> word(True, "fr"), word("rising", "fr"), word("P-01 flooded", "fr"), word(0.5, "fr")
    ('oui', 'monte', 'P-01 flooded', 0.5)
    """
    if lang == "en":
        return cell
    return ("oui" if cell else "non") if isinstance(cell, bool) else _CELLS.get(cell, cell) if isinstance(
        cell, str) else cell
