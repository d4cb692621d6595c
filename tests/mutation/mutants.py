"""Mutants of a source file: each the file with one small thing changed, by mutmut's operators.

Left alone are types and what `dataclass` is told (mypy holds them), imports, assertions (which say
what cannot be) and the texts of declarations: those are compared whole with docs/rules.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

DECLARING = frozenset({"rule", "define", "alias", "_define"})
"""Calls whose texts are a declaration of the catalogue."""


@dataclass(frozen=True)
class Text:
    """A file, statement by statement."""

    module: cst.Module

    @cached_property
    def pieces(self) -> list[str]:
        return [self.module.code_for_node(statement) for statement in self.module.body]

    @cached_property
    def head(self) -> str:
        """What stands before the first statement."""
        return "".join(self.module.code_for_node(line) for line in self.module.header)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one file."""

    path: Path
    line: int
    before: str
    after: str
    text: Text
    place: int
    """Which statement of the file is changed."""
    node: cst.CSTNode
    changed: cst.CSTNode

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line}: {self.before}  →  {self.after}"

    @property
    def statement(self) -> str:
        """The statement with the change made."""
        changed = self.text.module.body[self.place].deep_replace(self.node, self.changed)
        assert isinstance(changed, cst.CSTNode), "a node stands in the place of a node"
        return self.text.module.code_for_node(changed)

    @property
    def source(self) -> str:
        """The file with the change made; the other statements are as they were."""
        pieces = list(self.text.pieces)
        pieces[self.place] = self.statement
        return self.text.head + "".join(pieces)

    @property
    def function(self) -> str | None:
        """The name of the function that is changed, None where it is another statement."""
        changed = self.text.module.body[self.place]
        return changed.name.value if isinstance(changed, cst.FunctionDef) else None


def mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of a file, in the order of its lines."""
    wrapper = MetadataWrapper(cst.parse_module(path.read_text(encoding="utf-8")))
    text = Text(wrapper.module)
    places = _Places(text)
    wrapper.visit(places)
    show = wrapper.module.code_for_node
    for line, place, node, changed in places.found:
        before, after = _short(show(node)), _short(show(changed))
        if before != after:
            yield Mutant(path, line, before, after, text, place, node, changed)


class _Places(cst.CSTVisitor):
    """The nodes that can be changed, and what each can be changed into."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, text: Text) -> None:
        self.found: list[tuple[int, int, cst.CSTNode, cst.CSTNode]] = []
        self._statements = {id(node): place for place, node in enumerate(text.module.body)}
        self._place = 0
        self._declaring = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        self._place = self._statements.get(id(node), self._place)
        if isinstance(node, cst.Annotation | cst.Import | cst.ImportFrom | cst.Assert):
            return False
        if isinstance(node, cst.Subscript) and self._is_type(node):
            return False
        if isinstance(node, cst.Decorator) and _called(node.decorator) == "dataclass":
            return False
        if isinstance(node, cst.Assign) and _names_a_type(node):
            return False
        if isinstance(node, cst.Call) and _declares(node):
            self._declaring += 1
        if not (self._declaring and isinstance(node, cst.BaseString | cst.Call | cst.Arg)):
            self._change(node)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.Call) and _declares(original_node):
            self._declaring -= 1

    def _change(self, node: cst.CSTNode) -> None:
        line = self.get_metadata(PositionProvider, node).start.line
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                self.found += [(line, self._place, node, changed) for changed in operator(node)]

    @staticmethod
    def _is_type(node: cst.Subscript) -> bool:
        return isinstance(node.value, cst.Name) and node.value.value in ("Callable", "type", "dict")


def _declares(node: cst.Call) -> bool:
    return _called(node) in DECLARING


def _called(node: cst.BaseExpression) -> str | None:
    """The name of the function that an expression calls."""
    named = isinstance(node, cst.Call) and isinstance(node.func, cst.Name)
    return node.func.value if named else None


def _names_a_type(node: cst.Assign) -> bool:
    """Whether a type gets another name; types alone are written LikeThis."""
    target = node.targets[0].target
    return isinstance(target, cst.Name) and target.value[0].isupper() and not target.value.isupper()


def _short(code: str) -> str:
    return " ".join(code.split())[:100]
