"""What a refusal says in French, and what of it is English still."""

from __future__ import annotations

import re

from geodata.wording import wording
from twin.errors import InputError, InputErrors

WORDS = wording("fr", "refusals")
#: What stands as the file, the key or the command has it.
_QUOTED = re.compile(r"'[^']*'|«[^»]*»|`[^`]*`|\"[^\"]*\"|\([^()]*\)|"
                     r"\[[^\]]*\]|\{[^}]*\}|--?\w[\w-]*|\S*[_=:/\\]\S*|http\S+")
#: Words that French has none of, between values.
_ENGLISH = re.compile(r"\b(the|of|with|which|that|is|are|its|has|have|must|should)\b")


def english_in(error: InputError) -> list[str]:
    """Give the parts of a refusal that no entry has the form of, or that mix the languages."""
    complaints = error.complaints if isinstance(error, InputErrors) else (error,)
    return [part for complaint in complaints for part in (complaint.found, complaint.expected, complaint.remedy)
            if is_english(str(part))]


def is_english(part: str) -> bool:
    """Say whether a part has words of its own and comes out in English."""
    own = _QUOTED.sub("", part)
    if not re.search(r"[A-Za-z]{2}", own) or (" " not in part and part not in WORDS.sentences):
        return False  # a value of the file
    said = WORDS.told(part)
    is_known = part in WORDS.sentences or WORDS.form_of(part) is not None
    return not is_known or bool(_ENGLISH.search(_QUOTED.sub("", said)))
