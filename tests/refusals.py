"""What the program can say of a wrong input, found in its source: each thing found, expected or advised.

A sentence is given with ``{names}`` for its values, in each of the ways that its branches make it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("twin", "scenarios", "geodata", "viewer")
PARTS = ("found", "expected", "remedy")
#: What is computed elsewhere.
HOLE = "{value}"
#: A sentence with more ways than this is read with holes for its branches.
_MOST_WAYS = 40
#: How many names and functions are followed from a sentence.
_DEEPEST = 6
#: Calls whose ``found`` or ``expected`` is no refusal: what a scenario expects.
_OTHERS = {"Outcome"}
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
#: Where something takes a part of a refusal as a text.
_TAKES = re.compile(rf"\b({'|'.join(PARTS)}): str\b")
_Names = dict[str, list[ast.expr]]


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a refusal, where it is written."""

    file: str
    line: int
    part: str
    #: The sentence in each of its ways.
    texts: tuple[str, ...]


class _Module:
    """A module, and what its names stand for."""

    def __init__(self, tree: ast.Module) -> None:
        self.constants: _Names = {}
        self.functions: dict[str, list[_Function]] = {}
        #: Name -> where it was imported from: module and the name there.
        self.imports: dict[str, tuple[str, str]] = {}
        #: A function or the module -> what stands in it and in no function within.
        self.own: dict[ast.AST, list[ast.AST]] = {}
        #: Function -> its calls, with what they stand in.
        self.calls: dict[str, list[tuple[ast.AST, ast.Call]]] = {}
        #: A function -> what the names that it binds stand for.
        self.names: dict[ast.AST | None, _Names] = {None: {}}
        for node in tree.body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    for name, value in _bound(target, node.value):
                        self.constants.setdefault(name, []).append(value)
        #: Function and name -> the loops over a few values written out that bind it, with each value.
        self.loops: dict[tuple[ast.AST, str], list[tuple[ast.For, ast.expr]]] = {}
        self._gather(tree)

    def _gather(self, scope: ast.AST) -> None:
        own = self.own[scope] = []
        names = self.names[scope] = {}
        todo, inner = list(ast.iter_child_nodes(scope)), []
        while todo:
            node = todo.pop()
            own.append(node)
            if isinstance(node, _FUNCTION):
                inner.append(node)
                continue
            todo += ast.iter_child_nodes(node)
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", "") or getattr(node.func, "id", "")
                self.calls.setdefault(name, []).append((scope, node))
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    for name, value in _bound(target, node.value):
                        names.setdefault(name, []).append(value)
            elif isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple | ast.List):
                for item in node.iter.elts:
                    for name, value in _bound(node.target, item):
                        self.loops.setdefault((scope, name), []).append((node, value))
            elif isinstance(node, ast.NamedExpr):
                names.setdefault(node.target.id, []).append(node.value)
            elif isinstance(node, ast.ImportFrom) and node.module:
                self.imports |= {one.asname or one.name: (node.module, one.name) for one in node.names}
        for function in inner:
            self.functions.setdefault(function.name, []).append(function)
            self._gather(function)


class _Modules:
    """The modules of the packages, each read when it is asked for."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self._read: dict[str, _Module] = {}
        self._calls: dict[tuple[str, str], list[tuple[str, ast.AST, ast.Call]]] = {}
        for package in PACKAGES:
            for path in sorted((ROOT / package).rglob("*.py")):
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
                self.texts[name] = path.read_text(encoding="utf-8")
        #: Function or class that takes parts of a refusal -> its parameters, by position.
        self.takers: dict[str, tuple[str, ...]] = {}
        for name in [name for name, text in self.texts.items() if _TAKES.search(text)]:
            for function, taken in _takers(self[name]):
                self.takers[function] = taken

    def calls(self, function: str, home: str) -> list[tuple[str, ast.AST, ast.Call]]:
        """Give where a function of a module is called: module, what the call stands in, and the call."""
        if (function, home) not in self._calls:
            self._calls[function, home] = [
                (name, scope, call) for name, text in self.texts.items() if f"{function}(" in text
                if name == home or self[name].imports.get(function) == (home, function)
                for scope, call in self[name].calls.get(function, ())]
        return self._calls[function, home]

    def __getitem__(self, name: str) -> _Module:
        if name not in self._read:
            self._read[name] = _Module(ast.parse(self.texts[name]))
        return self._read[name]

    def __contains__(self, name: str) -> bool:
        return name in self.texts


def pieces() -> list[Piece]:
    """Give the parts of all refusals of the four packages."""
    modules = _Modules()
    called = re.compile(rf"\b({'|'.join([*modules.takers, 'InputError'])})\(|\.({'|'.join(PARTS)}) \+?= ")
    return [piece for name, text in modules.texts.items() if called.search(text) for piece in _pieces(name, modules)]


def _takers(module: _Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give the functions and classes of a module that take parts of a refusal as texts."""
    for scope, own in module.own.items():
        holders = [(node.name, inner) for node in own if isinstance(node, ast.ClassDef) for inner in node.body
                   if isinstance(inner, ast.FunctionDef) and inner.name == "__init__"]
        if isinstance(scope, _FUNCTION) and scope.name != "__init__":
            holders.append((scope.name, scope))
        for name, function in holders:
            texts = {one.arg for one in [*function.args.args, *function.args.kwonlyargs]
                     if isinstance(one.annotation, ast.Name) and one.annotation.id == "str"}
            if texts & set(PARTS):
                yield name, tuple(one.arg for one in function.args.args if one.arg not in ("self", "cls"))


def _bound(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Give the names that an assignment binds, with what they then stand for."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.IfExp):
        yield from _bound(target, value.body)
        yield from _bound(target, value.orelse)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts):
        for one, what in zip(target.elts, value.elts, strict=True):
            yield from _bound(one, what)


def _pieces(name: str, modules: _Modules) -> Iterator[Piece]:
    for scope, own in modules[name].own.items():
        reader: _Reader | None = None
        for node in own:
            for part, value in _parts(node, modules.takers):
                reader = reader or _Reader(modules, name, scope)
                yield Piece(name, value.lineno, part, tuple(dict.fromkeys(reader.texts(value))))


def _parts(node: ast.AST, takers: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, ast.expr]]:
    """Give the parts of a refusal that stand at a place: a call that takes them, or an attribute that is set."""
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in _OTHERS or (name not in takers and name != "InputError"):
            return
        yield from ((key.arg, key.value) for key in node.keywords if key.arg in PARTS)
        yield from ((part, value) for part, value in zip(takers.get(name, ()), node.args, strict=False)
                    if part in PARTS)
    elif isinstance(node, ast.AugAssign | ast.Assign):
        target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
        if isinstance(target, ast.Attribute) and target.attr in PARTS and ast.unparse(target.value) != "self":
            yield target.attr, node.value


def _hole(node: ast.expr) -> str:
    """Give the hole that a value leaves, by its name."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("len", "round", "int"):
        return "{n}"
    if isinstance(node, ast.BinOp):
        return "{n}"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "join":
        return "{names}"
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else "value"
    return "{" + name.strip("_").lower() + "}"


class _Reader:
    """What expressions of one function can give."""

    def __init__(self, modules: _Modules, name: str, scope: ast.AST | None, depth: int = 0) -> None:
        self.modules, self.module, self.depth = modules, name, depth
        self.scope = scope
        # names of a module are found where it is asked for its constants
        self.names = modules[name].names[scope] if isinstance(scope, _FUNCTION) else {}
        self.parameters = [one.arg for one in [*scope.args.args, *scope.args.kwonlyargs]
                           if one.arg not in ("self", "cls")] if isinstance(scope, _FUNCTION) else []

    def texts(self, node: ast.expr) -> list[str]:
        """Give the sentences that an expression can give; a hole where it is computed."""
        self.depth += 1
        try:
            found = list(dict.fromkeys(self._texts(node))) if self.depth < _DEEPEST else [HOLE]
        finally:
            self.depth -= 1
        return found if len(found) <= _MOST_WAYS else [HOLE]

    def _texts(self, node: ast.expr) -> list[str]:
        match node:
            case ast.Constant(value=value):
                return [value] if isinstance(value, str) else ["{n}"]
            case ast.JoinedStr(values=values):
                return self._joined([self._value(part) for part in values])
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                is_number = any(isinstance(one, ast.Constant) and not isinstance(one.value, str)
                                for one in (left, right))
                return [HOLE] if is_number else self._joined([self.texts(left), self.texts(right)])
            case ast.IfExp(body=one, orelse=other):
                return [*self.texts(one), *self.texts(other)]
            case ast.BoolOp(values=values):
                return [text for one in values for text in self.texts(one)]
            case ast.NamedExpr(value=value):
                return self.texts(value)
            case ast.Name(id=name):
                return [text for value, reader in self._named(name, node.lineno)
                        for text in reader.texts(value)] or [HOLE]
            case ast.Subscript(value=value, slice=ast.Slice()):
                return self.texts(value)
            case ast.Subscript(value=ast.Name(id=name)):
                return self._held(name) or [HOLE]
            case ast.Subscript(value=ast.Dict(values=values)):
                return [text for one in values for text in self.texts(one)]
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=args):
                return [*self._held(name), *[text for one in args[1:] for text in self.texts(one)]] or [HOLE]
            case ast.Call(func=ast.Name(id="repr")):
                return [f"'{HOLE}'"]
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(value=ast.Name(id="self"), attr=name)):
                return self._given(name) or [HOLE]
        return [HOLE]

    def _value(self, node: ast.expr) -> list[str]:
        """Give what stands at a place of an f-string."""
        if not isinstance(node, ast.FormattedValue):
            return self.texts(node)
        if node.format_spec is not None:
            return ["{n}"]
        said = [_hole(node.value) if text == HOLE else text for text in self.texts(node.value)]
        return [f"'{text}'" for text in said] if node.conversion == ord("r") else said

    def _joined(self, parts: list[list[str]]) -> list[str]:
        ways = 1
        for one in parts:
            ways *= len(one)
        if ways > _MOST_WAYS:
            parts = [one if len(one) == 1 else [HOLE] for one in parts]
        return ["".join(one) for one in product(*parts)]

    def _named(self, name: str, line: int = 0) -> list[tuple[ast.expr, _Reader]]:
        """Give what a name stands for on a line, with who reads it."""
        looped = [value for loop, value in self.modules[self.module].loops.get((self.scope, name), ())
                  if loop.lineno <= line <= (loop.end_lineno or line)] if self.scope else []
        if looped:
            return [(value, self) for value in looped]
        if name in self.names:
            return [(value, self) for value in self.names[name]]
        if name in self.parameters:
            return list(self._handed(name))
        where, name = self._home(name)
        reader = _Reader(self.modules, where, None, self.depth)
        return [(value, reader) for value in self.modules[where].constants.get(name, ())]

    def _handed(self, name: str) -> Iterator[tuple[ast.expr, _Reader]]:
        """Give what callers hand over for a parameter, with who reads it; nothing of parts, which their calls show."""
        assert isinstance(self.scope, _FUNCTION)
        annotation = next(one.annotation for one in [*self.scope.args.args, *self.scope.args.kwonlyargs]
                          if one.arg == name)
        if name in PARTS or ast.unparse(annotation or ast.Constant(None)) != "str":
            return
        place = self.parameters.index(name)
        for module, scope, call in self.modules.calls(self.scope.name, self.module):
            given = next((key.value for key in call.keywords if key.arg == name),
                         call.args[place] if place < len(call.args) else None)
            if given is not None:
                yield given, _Reader(self.modules, module, scope, self.depth)

    def _held(self, name: str) -> list[str]:
        return [text for value, reader in self._named(name) if isinstance(value, ast.Dict)
                for one in value.values for text in reader.texts(one)]

    def _home(self, name: str) -> tuple[str, str]:
        """Give the module that a name comes from, and its name there."""
        module, own = self.modules[self.module].imports.get(name, (self.module, name))
        return (module, own) if module in self.modules else (self.module, name)

    def _given(self, name: str) -> list[str]:
        """Give what a function of the packages that gives a text can give."""
        where, name = self._home(name)
        texts = []
        for function in self.modules[where].functions.get(name, ()):
            if isinstance(function.returns, ast.Name) and function.returns.id == "str":
                reader = _Reader(self.modules, where, function, self.depth)
                texts += [text for node in self.modules[where].own[function]
                          if isinstance(node, ast.Return) and node.value is not None
                          for text in reader.texts(node.value)]
        return texts
