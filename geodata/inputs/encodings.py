"""Encodings: what the bytes of a file are, whatever its label says."""

from __future__ import annotations

from twin.errors import InputError

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
#: Bytes that are printable in cp1252 (typographic quotes, dashes, euro) and control characters in Latin-1.
_WINDOWS = frozenset(range(0x80, 0xA0))
#: Bytes without a character in cp1252.
_UNASSIGNED = frozenset((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_CONTROLS = {code: bytes((code,)).decode("cp1252") for code in _WINDOWS - _UNASSIGNED}


def detect(data: bytes) -> str:
    """Give the encoding of these bytes: by mark, else UTF-8 where valid, else cp1252, else Latin-1.

    Latin-1 files are read as cp1252, its superset in all printable characters, unless they use a byte that cp1252
    leaves without a character.

    Examples
    --------
    >>> detect("Fossé".encode("latin-1")), detect("l’Écusson".encode("cp1252")), detect("Fossé".encode())
    ('latin-1', 'cp1252', 'utf-8')
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        windows = _WINDOWS.intersection(data)
        return "cp1252" if windows and not windows & _UNASSIGNED else "latin-1"
    return "utf-8"


def repaired(text: str) -> str:
    r"""Give a text whose characters an earlier program has mistaken, put right; any other text as it is.

    Two mistakes are known for certain when seen: typographic signs of cp1252 that were stored as control characters,
    and UTF-8 that was taken for cp1252 and encoded again.

    Examples
    --------
    >>> repaired("227 r. de l\x92Arnel"), repaired("FossÃ©"), repaired("Fossé")
    ('227 r. de l’Arnel', 'Fossé', 'Fossé')
    """
    if text.isascii():
        return text
    if any(mark in text for mark in ("Ã", "Â", "â€")):
        try:
            return text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            pass
    return text.translate(_CONTROLS)


def decode(data: bytes, encoding: str | None, file: str) -> tuple[str, str, list[str]]:
    """Give the text of these bytes, the encoding used, and notes for the report.

    Raises
    ------
    InputError
        An encoding that the mapping names does not exist or does not fit.
    """
    found = detect(data)
    if encoding is None:
        if data.isascii():
            return data.decode("ascii"), "ascii", []
        note = [] if found.startswith(("utf-8", "utf-16")) else [f"not UTF-8: read as {found}"]
        try:
            return data.decode(found), found, note
        except UnicodeDecodeError as error:
            raise InputError(file=file, field="encoding", found=f"bytes that are no {found} text ({error.reason})",
                             expected="a whole text file") from error
    try:
        text = data.decode("utf-8-sig" if encoding.lower().replace("-", "") == "utf8" else encoding)
    except LookupError:
        raise InputError(file=file, field="encoding", found=f"'{encoding}'",
                         expected="an encoding such as utf-8, cp1252, latin-1") from None
    except UnicodeDecodeError as error:
        raise InputError(file=file, field="encoding", found=f"bytes that are no {encoding} text (byte {error.start})",
                         expected=f"the encoding that the bytes show: {found}",
                         remedy="Leave 'encoding' out to have it found.") from error
    doubt = []
    if not data.isascii() and found in ("utf-8", "utf-8-sig") and "utf" not in encoding.lower():
        doubt.append(f"the mapping says {encoding}, but the bytes are valid UTF-8")
    return text, encoding, doubt
