"""Release: what may not leave without the name of who answers for it.

A simulation says so on its face. A forecast, or an alert with status Actual, speaks of tonight: somebody releases it,
and the name stands in the file.
"""

from __future__ import annotations

from twin.errors import InputError


def require_release(status: str, released_by: str | None, *, what: str) -> str:
    """Give the name of who releases; empty where none is needed.

    Parameters
    ----------
    status
        Status of the run: ``simulation``, ``exercise`` or ``forecast``.
    released_by
        Name given by the operator.
    what
        What is to leave, for the message: "the public page".

    Raises
    ------
    InputError
        A forecast without a name.
    """
    name = (released_by or "").strip()
    if status == "forecast" and not name:
        raise InputError(found=f"{what} of a forecast without a name", expected="--released-by NAME",
                         field="released_by", remedy="Whoever releases a forecast is named in the file.")
    return name
