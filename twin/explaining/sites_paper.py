"""The list of sites as a paper: how each site and lift station stands, its reserve, what comes, whom to call."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin.explaining.listed import joined, label, teller_of
from twin.explaining.papers import Paper, paper_of
from twin.explaining.site_words import feed_words, stands, symbol_of, then_words
from twin.explaining.teller import Teller
from twin.explaining.words import Speech
from twin.quantities import NONE, BoolArray
from twin.results.moment import DRY_M, Moment, moment_of
from twin.results.result import Result
from twin.results.situation import Site, sites_at
from twin.world.assets import Assets
from twin.world.kinds import Role

#: Kinds that stand on the list beside the critical sites of the emergency plan.
BESIDE = ("lift_station", "pump")
_WIDTHS = (0, 1.5, 1, 0, 1.5, 1, 1.8, 0.9, 1.1)
_COUNTS = {"out": ("{n} out", "{n} out"), "threatened": ("{n} threatened", "{n} threatened"),
           "fine": ("{n} in service", "{n} in service")}


def listed_sites(assets: Assets) -> BoolArray:
    """Tell which assets stand on the list, (A,): critical sites, lift stations and pumps."""
    beside = assets.of_kind(*(kind for kind in BESIDE if kind in assets.kinds.names))
    return np.asarray(assets.of_role(Role.VITAL) | beside)


def sites_paper(result: Result, t_s: int, lang: str, contacts: Mapping[str, str] | None = None) -> Paper:
    """Give the list of sites as a paper: without power first, then threatened, the most people first.

    Parameters
    ----------
    result
        A run.
    t_s
        The moment [s from the start].
    lang
        ``fr`` or ``en``.
    contacts
        Private numbers by the id of the site, from a file of the city; without one whose it is, and a line to fill in.

    Raises
    ------
    InputError
        A language other than fr and en.
    """
    teller = teller_of(result, lang, t_s)
    text, words, moment = teller.text, teller.speech, moment_of(result, t_s)
    sites = sites_at(moment, listed_sites(result.city.assets))
    counts = [words.plural(*message, n) for state, message in _COUNTS.items()
              if (n := sum(symbol_of(site) == state for site in sites))]
    facts = [words.plural("{n} site", "{n} sites", len(sites)) + f"{teller.colon} "
             + ", ".join(counts)] if sites else []
    return paper_of(
        teller, t_s, text("Critical sites and lift stations, {clock}", clock=words.clock(teller.moment(t_s))),
        facts=facts, headings=[text(one) for one in (
            "no.", "site", "where", "people", "now", "reserve", "then", "water", "contact")],
        widths=_WIDTHS, rows=[_row(teller, moment, n, site, contacts or {}) for n, site in enumerate(sites, start=1)],
        bold=(0, 1), notes=[text(
            "Reserve: battery, generator or tank, as the city’s data say it; check it by telephone. For the operator "
            "alone where it bears private numbers.")] if sites else [
                text("The city’s data have no critical site and no lift station.")])


def _row(teller: Teller, moment: Moment, n: int, site: Site, contacts: Mapping[str, str]) -> tuple[str, ...]:
    assets, text, words = teller.result.city.assets, teller.text, teller.speech
    asset = assets[site.asset]
    kind = "" if teller.has_role(asset, Role.VITAL) else f"{Speech.sentence(words.kind(assets.kinds, asset.kind).one)} "
    depth_m, trend = float(moment.depth_m[site.asset]), int(moment.trend[site.asset])
    water = text("unknown") if np.isnan(depth_m) else text("dry") if depth_m < DRY_M else text(
        {1: "{depth}, rising", -1: "{depth}, falling", 0: "{depth} now"}[trend], depth=words.depth(depth_m))
    threat = [stands(teller, site)] if symbol_of(site) == "threatened" else []
    stale = [text("not to be re-energised")] if moment.is_not_to_be_re_energised[site.asset] else []
    return (str(n), f"{kind}{label(teller, asset)}", asset.street or "",
            "" if site.people is None else words.number(site.people),
            joined(teller, [*threat, feed_words(teller, site), *stale]),
            reserve_words(teller, moment, site), joined(teller, list(then_words(teller, site, moment.t_s))), water,
            contacts.get(str(asset.id), "") or joined(teller, [
                *filter(None, [asset.operator or asset.owner]), "..........."]))


def reserve_words(teller: Teller, moment: Moment, site: Site) -> str:
    """Give the minutes that a site's reserve still lasts, or would last; that none is known."""
    if site.reserve_ends_s != NONE:
        left = teller.speech.duration(site.reserve_ends_s - moment.t_s)
        return teller.text("{left} left, to {time}", left=left, time=teller.clock(site.reserve_ends_s))
    buffer_s = int(teller.result.city.assets.buffer_s[site.asset])
    if not buffer_s:
        return teller.text("none known")
    said = teller.speech.duration(buffer_s)
    return teller.text("{time}, used up", time=said) if site.since_s != NONE else teller.text(
        "{time} without supply", time=said)
