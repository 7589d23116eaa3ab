"""The door: words in, an exit code out. What can go wrong ends here, as a message for people.

0 done, 2 your input, 3 an expectation failed, 130 interrupted, 1 our mistake.
"""

from __future__ import annotations

import errno
import gc
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NoReturn, get_args

import typer

import twin.cli.commands  # noqa: F401 - each module there adds its commands to the app
from twin.cli.app import app
from twin.cli.arguments import Lang, ask_in, language_of
from twin.cli.exits import DONE, INTERRUPTED, OUR_MISTAKE, YOUR_INPUT
from twin.cli.printing import complain
from twin.texts import PLAINLY

if TYPE_CHECKING:
    from types import FrameType

    from geodata.wording import Wording
    from twin.errors import InputError


#: Objects made, and times that younger ones were looked through, before rings are looked for.
_SELDOM = (100_000, 50, 100)
#: Commands that stay for nights: what nobody needs any more goes soon there.
_LONG_LIVED = frozenset({"serve", "observe"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; give the exit code.

    Parameters
    ----------
    arguments
        Words after ``twin``; those of this process when left out.
    """
    import signal

    _give_voice()
    words = sys.argv[1:] if arguments is None else list(arguments)
    stopped = False
    ask_in(None)

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        # A service manager's stop is an interruption like any other: what is half-written goes.
        nonlocal stopped
        stopped = True
        raise KeyboardInterrupt

    before: dict[signal.Signals, Any] = {}
    # A command makes many objects that stay to its end, and few rings: looking for those takes a tenth of a run.
    collected = gc.get_threshold()
    gc.set_threshold(*(collected if _LONG_LIVED.intersection(words) else _SELDOM))
    try:
        before[signal.SIGTERM] = signal.signal(signal.SIGTERM, stop)
        if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # nohup ignores it
            before[signal.SIGHUP] = signal.signal(signal.SIGHUP, stop)
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # one that is ignored stays ignored
            before[signal.SIGINT] = signal.signal(signal.SIGINT, stop)
    except ValueError:  # not in the main thread: the caller looks after signals
        pass
    try:
        code = _command(_spoken(words)).main(args=words, prog_name="twin", standalone_mode=False)
        sys.stdout.flush()
        if code == INTERRUPTED:  # newer typers turn an interruption into its exit code themselves
            raise KeyboardInterrupt
        return int(code or DONE)
    except _WRONG_WORDS as error:
        _wrong_words(error, _spoken(words))
        return YOUR_INPUT
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted(words)
    except BrokenPipeError:
        _fall_silent()
        return DONE
    except SystemExit as ended:
        # Typer ends so at a broken pipe, before it is seen here.
        if getattr(ended.__context__, "errno", None) != errno.EPIPE:
            raise
        _fall_silent()
        return DONE
    except Exception as error:
        # The compiler swallows an interruption within it, and fails at what is then missing.
        return _interrupted(words) if stopped else _failed(error, words)
    finally:
        gc.set_threshold(*collected)
        for number, handler in before.items():
            signal.signal(number, handler)


def _command(lang: Lang) -> Any:
    """Give the command with its sub-commands, whose help is in a language."""
    command = typer.main.get_command(app)
    if lang != "en":
        from geodata.wording import wording
        from twin.cli.language import speak

        speak(command, wording(lang, "command"))
    return command


def _give_voice() -> None:
    """Have somewhere to write: a stream that is closed, or whose encoding lacks our letters, is no error."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - as long as the process
        elif hasattr(stream, "reconfigure") and stream.errors == "strict":
            stream.reconfigure(errors=PLAINLY)
    if sys.stderr.errors == "backslashreplace" and hasattr(sys.stderr, "reconfigure"):
        sys.stderr.reconfigure(errors=PLAINLY)


def _fall_silent() -> None:
    """Write nothing more: the reader of our pipe has seen enough (twin explain … | head)."""
    with suppress(OSError, ValueError):  # ValueError: a stream without a file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


#: Wrong words on the command line; typer carries its own copy of click since 0.29, and names this class nowhere.
_WRONG_WORDS: Any = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")


#: What an interruption leaves, by command, beside nothing half-written.
_KEPT = {"flood": "The store keeps what was computed: the same command goes on from its last checkpoint.",
         **dict.fromkeys(("ensemble", "drivers"), "The nights that were made are kept: the same command goes on from "
                         "there."),
         **dict.fromkeys(("run", "test"), "Nothing half-written was left behind. Water that the flow model was "
                         "computing is kept in the cache: the same command goes on from its last checkpoint.")}


def _interrupted(words: Sequence[str]) -> int:
    command = next((word for word in words if not word.startswith("-")), "")
    say = _wording(_spoken(words))
    kept = _KEPT.get(command, "Nothing half-written was left behind.")
    with suppress(OSError):  # the terminal may be what has gone
        complain(say.text("Interrupted. {kept}", kept=say.text(kept)))
    return INTERRUPTED


def _wrong_words(error: Any, lang: Lang) -> None:
    """Say what is wrong with the words of a command."""
    # Without a word what is shown is the help itself; typer names this class nowhere either.
    if lang == "en" or type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return
    say = _wording(lang)
    lines = [say.text("Error: {message}", message=say.told(error.format_message()))]
    if error.ctx is not None:
        help_ = say.text("Try '{command} --help' for help.", command=error.ctx.command_path)
        lines = [error.ctx.get_usage(), help_, "", *lines]
    complain("\n".join(lines))


def _wording(lang: Lang) -> Wording:
    from geodata.wording import wording

    return wording(lang, "refusals")


def _refused(error: InputError, lang: Lang) -> int:
    """Say what is wrong with an input, in the language of the answer."""
    from geodata.wording import refusal_text

    complain(refusal_text(error, lang))
    return YOUR_INPUT


def _is_read_by_a_program(words: Sequence[str]) -> bool:
    """Tell whether lines of JSON are asked for on standard error."""
    return "--progress=json" in words or ("--progress", "json") in pairwise(words)


def _spoken(words: Sequence[str]) -> Lang:
    """Give the language that the words of a command ask for; a command may have failed before it looked at them."""
    asked = [after for word, after in pairwise([*words, ""]) if word == "--lang"]
    asked += [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    known: tuple[Lang, ...] = get_args(Lang)
    return language_of(next((lang for one in reversed(asked) for lang in known if lang == one), None))


def _failed(error: Exception, words: Sequence[str]) -> int:
    from twin.errors import InputError

    lang = _spoken(words)
    if isinstance(error, InputError):
        if _is_read_by_a_program(words):
            sys.stderr.write(json.dumps({"refused": error.parts()}) + "\n")
        return _refused(error, lang)
    places = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "your share of the disk is full",
              errno.EACCES: "you may not write or read there", errno.EPERM: "you may not write or read there",
              errno.EROFS: "that disk is read-only"}
    if isinstance(error, OSError) and error.errno in places and error.filename is None:
        # Files are written by ways of their own, which say what became of them: this is what we had to say.
        _fall_silent()
        return _refused(InputError(found=f"an answer that cannot be written ({places[error.errno]})",
                                   expected="an output with room", remedy="What the command makes may stand already: "
                                   "look before you type it again."), lang)
    if isinstance(error, OSError) and error.errno in places:
        return _refused(InputError(file=str(error.filename or ""), found=places[error.errno],
                                   expected="a place with room that you may use", remedy="Nothing was changed."), lang)
    if isinstance(error, MemoryError):
        return _refused(InputError(found="too little memory for this city and water", expected="more memory",
                                   remedy="Cut the rasters to the city, or take a larger computer."), lang)
    complain(_wording(lang).text("This is our mistake, not yours: {error}\nPlease report it, with what you typed and "
                                 "this file: {file}", error=f"{type(error).__name__}: {error}",
                                 file=_written_down(error)))
    return OUR_MISTAKE


def _written_down(error: Exception) -> str:
    """Write the traceback to a file that a report can carry; give its path."""
    import platform
    import tempfile
    import traceback

    from twin import __version__

    text = "".join(traceback.format_exception(error))
    try:
        with tempfile.NamedTemporaryFile("w", prefix="twin-mistake-", suffix=".txt", delete=False,
                                         encoding="utf-8") as file:
            file.write(f"twin {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
                       f"command: {' '.join(sys.argv)}\n\n{text}")
            return file.name
    except OSError:
        sys.stderr.write(text)
        return "(the lines above: no file could be written)"
