"""Shut in: a place from which no open street leads anywhere, since when and until when; and the crews there."""

from __future__ import annotations

import pytest

from tests.twin.crews.test_cases import BEGIN_S, STREETS, case, streets
from twin.access.shut_in import shut_in
from twin.explaining.crew_lines import crew_lines, crew_rows
from twin.explaining.listed import teller_of
from twin.explaining.sheeted import sheet_page
from twin.results.crew_days import crew_days
from twin.results.crew_shut import crews_shut_in, shut_spans
from twin.results.sheets import sheets

#: The worked case without the way round: A3 hangs on one street, which is closed until 12,000 s.
CLOSED = {name: way for name, way in STREETS.items() if name != "D-A3"}
OPENS_S = BEGIN_S + 12_000


def test_a_place_whose_only_street_is_closed_is_shut_in_until_it_opens_to_the_second() -> None:
    result = case(1, ways=CLOSED)
    access = streets(result.city, CLOSED)
    row = result.city.assets.row
    found = shut_in(access, access.place(row("A3")), BEGIN_S)
    assert found is not None
    assert (found.from_s, found.until_s, found.streets) == (0, OPENS_S, 0)
    assert shut_in(access, access.place(row("A3")), OPENS_S) is None
    assert shut_in(access, access.place(row("A3")), OPENS_S - 1) is not None
    assert shut_in(access, access.place(row("D")), BEGIN_S) is None, "the depot reaches the others"
    assert shut_in(access, (-1, 0.0), BEGIN_S) is None, "off every street nobody drives"


def test_with_a_way_round_nobody_is_shut_in() -> None:
    result = case(1)
    access = streets(result.city)
    assert shut_in(access, access.place(result.city.assets.row("A3")), BEGIN_S) is None


@pytest.mark.parametrize(("lang", "said"), [("fr", "bloquée depuis"), ("en", "shut in since")])
def test_a_free_crew_without_a_way_out_is_said_so_wherever_it_is_told(lang: str, said: str) -> None:
    """On the point's table, on its sheet, and in the list of crews."""
    from dataclasses import replace

    result = case(1, ready={})
    plan = result.plan.crews
    assert plan is not None
    crew = replace(plan.crews[0], base="A3")
    result = replace(result, plan=replace(result.plan, crews=replace(plan, crews=(crew,))))
    access = streets(result.city, CLOSED)
    shut = crews_shut_in(result, access, BEGIN_S)
    assert list(shut) == ["1"]
    assert (shut["1"].is_on_duty, shut["1"].time.until_s) == (True, OPENS_S)
    assert said in crew_rows(teller_of(result, lang), BEGIN_S, shut)[0][1]
    assert said not in crew_rows(teller_of(result, lang), BEGIN_S, {})[0][1]
    lines = crew_lines(result, lang, BEGIN_S, access)
    assert said in lines[0].text
    assert lines[0].is_alarm
    sheet, = sheets(result, access, BEGIN_S)
    assert said in sheet_page(sheet, lang).warnings[0].lower()
    assert crews_shut_in(result, access, OPENS_S) == {}
    assert crews_shut_in(result, None, BEGIN_S) == {}


def test_the_times_of_a_run_in_which_a_crew_is_shut_in_are_those_told_at_every_moment() -> None:
    from dataclasses import replace

    result = case(1, ready={})
    plan = result.plan.crews
    assert plan is not None
    crew = replace(plan.crews[0], base="A3")
    result = replace(result, plan=replace(result.plan, crews=replace(plan, crews=(crew,))))
    access, days = streets(result.city, CLOSED), crew_days(result)
    spans = shut_spans(result, access)
    assert spans
    for t_s in (0, BEGIN_S - 1, BEGIN_S, BEGIN_S + 60, OPENS_S - 1, OPENS_S, result.plan.duration_s - 1):
        told = [shut for _, start_s, end_s, shut in spans if start_s <= t_s < end_s]
        at = crews_shut_in(result, access, t_s)
        assert [(one.asset, one.is_on_duty, one.time) for one in told] == [
            (one.asset, one.is_on_duty, one.time) for one in at.values()], t_s
    assert all(days[row].start_s <= start_s < end_s <= days[row].end_s for row, start_s, end_s, _ in spans)
    assert shut_spans(result, None) == []
