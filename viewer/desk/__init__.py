"""The desk: the control room's console in a browser. One process, pages by Jinja, events from a table in SQLite.

It decides nothing: every state comes from a run's result, every run from `twin run` on a scenario file that anybody can
read. What people do (acknowledge, approve, report, note) is kept here and nowhere else.
"""
