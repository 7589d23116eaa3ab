"""Sentences: an explanation in words, for the radio (one sentence) and for the desk (the full form).

Present tense throughout: a run is a computation of a night, not its report. Every sentence stands in the catalogue
and is tested word for word in both languages. Here they are put in order: ``outage_words`` says what is out, and
``cause_words`` why, ``fed_words`` what is in service, ``at_moment`` what is now and to come.
"""

from __future__ import annotations

from twin.codes import What
from twin.explaining.access_words import access_lines
from twin.explaining.at_moment import now_and_ahead, to_be_cut, untested, waits, wet_since
from twin.explaining.cause_words import alternatives, story
from twin.explaining.fact_words import facts
from twin.explaining.fed_words import fed_sentence, inferred_chain, saved, supply_unknown, water
from twin.explaining.listed import teller_of
from twin.explaining.outage_words import (
    doubts,
    held_longest,
    in_darkness,
    out_sentence,
    what_would_have_helped,
    whose_root,
)
from twin.explaining.sure_words import coverage_lines
from twin.explaining.told import Told
from twin.explaining.words import Speech
from twin.results.result import Result
from twin.water.depths import Coverage
from twin.world.graph import graph_of
from twin.world.kinds import Role


def say(result: Result, told: Told, lang: str) -> tuple[str, tuple[str, ...]]:
    """Give the one sentence and the full form of an explanation.

    Returns
    -------
    The sentence, and the paragraphs, the first of which is the sentence.
    """
    teller = teller_of(result, lang)
    asset, outage, tree, at_s = told.asset, told.outage, told.tree, told.at_s
    if outage is None or tree is None:
        sentence = fed_sentence(teller, told)
        full = [sentence, *now_and_ahead(teller, asset, told.now, outage, told.doubt),
                *(untested(teller, asset, told.now.t_s) if told.now is not None else []),
                *saved(teller, asset, at_s), *facts(teller, [asset], at_s),
                *(water(teller, asset) if told.now is None else []), *inferred_chain(teller, asset, told.chain)]
    else:
        sentence = out_sentence(teller, asset, outage, tree, at_s)
        concerned = [*(node.asset for node in tree.walk()), *([told.waiting.holder] if told.waiting else [])]
        full = [sentence, *now_and_ahead(teller, tree.trunk()[-1].asset, told.now, outage, told.doubt),
                *story(teller, tree), *alternatives(teller, tree), *in_darkness(teller, outage),
                *held_longest(teller, outage, tree), *waits(teller, asset, told.waiting, outage, at_s),
                *wet_since(teller, tree, outage, at_s),
                *what_would_have_helped(teller, outage, tree),
                *facts(teller, concerned, at_s), *whose_root(teller, tree), *doubts(teller, told, tree)]
        if teller.has_role(asset, Role.PREMISES) and tree.what is not What.FLOODED:
            full += water(teller, asset)
    above = [result.city.assets[row] for row in graph_of(result.city).chain(asset.row) if Coverage(int(
        result.exposure.coverage[row])) is Coverage.NONE]  # what feeds it may stand in water that nobody sees
    full += [*to_be_cut(teller, asset, told.now, full), *supply_unknown(teller, told),
             *(line for one in (asset, *above) for line in coverage_lines(teller, one)),
             *access_lines(teller, asset)]
    return Speech.sentence(sentence), tuple(Speech.sentence(line) for line in full)
