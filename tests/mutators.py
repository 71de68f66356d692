"""What may be changed in a line of the build code: one thing at a time, found by `ast`, put in place as text.

What changes words for people (messages, remedies, docstrings) or types is no mutant: whether a message is good no test says.
"""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    **{ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is},
    **{ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt},
    **{ast.In: ast.NotIn, ast.NotIn: ast.In},
}
RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult},
    **{ast.FloorDiv: ast.Div, ast.Mod: ast.Mult, ast.Pow: ast.Mult},
    **{ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr},
}
# Who is told something: what stands in such a call, or under such a name, are words.
TOLD = {"fail", "SourceError", "say", "print", "nearest", "exit", "_refuse", "warning"}
WORDS = {"problem", "remedy", "REMEDY", "REMEDIES", "MISSING", "AGAIN", "__all__"}


@dataclass(frozen=True)
class Mutant:
    """One change of one file.

    Args:
        file: below overrides/hooks.
        within: the function or class, "" at the top of the file.
        line: of what is changed, counted from 1.
        start: the first letter that is replaced.
        end: the letter behind the last one.
        old: what stands there.
        new: what stands there instead.
        lines: those of the statement: a test that runs none of them cannot notice.
        imported: whether the statement runs when the file is imported.
        again: how often the same stands above it, in the same function.
    """

    file: str
    within: str
    line: int
    start: int
    end: int
    old: str
    new: str
    lines: tuple[int, int]
    imported: bool
    again: int = 0

    @property
    def name(self) -> str:
        """What stays the same when other lines of the file change."""
        which = f" ({self.again + 1})" if self.again else ""
        return f"{self.file} {self.within}{which}: {self.old} → {self.new}"

    def rank(self, seed: int) -> str:
        """Where it stands in a shuffled row of all mutants."""
        text = f"{self.file} {self.within}: {self.old} → {self.new}"
        return hashlib.sha256(f"{seed} {self.again} {text}".encode()).hexdigest()

    def apply(self, text: str) -> str:
        """The text of the file with the change."""
        return text[: self.start] + self.new + text[self.end :]


def mutants(file: str, text: str) -> list[Mutant]:
    """All changes of a file, in the order of its text; each gives Python that can be read."""
    found = [*_File(file, text).walk(ast.parse(text), "", None, True)]
    found.sort(key=lambda one: (one.start, one.end, one.new))
    seen = Counter[str]()
    for n, one in enumerate(found):
        found[n] = replace(one, again=seen[one.name])
        seen[one.name] += 1
    return found


class _File:
    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self.offsets = [0]
        for line in text.splitlines(keepends=True):
            self.offsets.append(self.offsets[-1] + len(line))
        self.bytes = [line.encode() for line in text.splitlines(keepends=True)]

    def walk(
        self, node: ast.AST, within: str, statement: ast.stmt | None, imported: bool
    ) -> Iterator[Mutant]:
        """The changes of a node and of what is in it."""
        if _is_silent(node):
            return
        if isinstance(node, ast.stmt):
            statement = node
        if statement is not None:
            for old, new in _changes(node):
                yield self._mutant(old, new, within, statement, imported)
        # Words for people; and before Python 3.12 nobody tells where in an f-string something stands.
        if isinstance(node, (ast.JoinedStr, ast.Raise)) or _is_told(node):
            return
        inside, when = within, imported
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            inside = f"{within}.{node.name}".lstrip(".")
            when = imported and isinstance(node, ast.ClassDef)
        elif isinstance(node, ast.Lambda):
            when = False
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list"):
                continue
            body = name == "body"
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not _is_docstring(child, node):
                    yield from self.walk(
                        child,
                        inside if body else within,
                        statement,
                        when if body else imported,
                    )

    def _mutant(self, old: ast.expr | ast.stmt, new: str, within: str, statement: ast.stmt, imported: bool) -> Mutant:  # fmt: skip
        start = self._offset(old.lineno, old.col_offset)
        end = self._offset(old.end_lineno or 0, old.end_col_offset or 0)
        body = getattr(statement, "body", None)
        last = body[0].lineno - 1 if body else statement.end_lineno or 0
        lines = (statement.lineno, max(last, statement.lineno))
        said = self.text[start:end]
        return Mutant(
            self.file, within, old.lineno, start, end, said, new, lines, imported
        )

    def _offset(self, line: int, column: int) -> int:
        return self.offsets[line - 1] + len(self.bytes[line - 1][:column].decode())


def _is_docstring(child: ast.AST, parent: ast.AST) -> bool:
    """Also the strings that say what a field is."""
    said = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
    return said and isinstance(parent, (ast.Module, ast.ClassDef, ast.FunctionDef))


def _is_silent(node: ast.AST) -> bool:
    """Whether it holds nothing that a test could judge: imports, types, words for people."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(node, ast.If):
        return ast.unparse(node.test) in ("TYPE_CHECKING", "__name__ == '__main__'")
    if isinstance(node, (ast.Assign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        return bool(names & WORDS)
    return False


def _is_told(node: ast.AST) -> bool:
    """Whether this call only says something."""
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")  # fmt: skip
    return name in TOLD


def _changes(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """What is replaced and by what, for this node alone."""
    match node:
        case ast.Compare():
            for n, kind in enumerate(map(type, node.ops)):
                other = [*node.ops[:n], COMPARED[kind](), *node.ops[n + 1 :]]
                compared = ast.Compare(node.left, other, node.comparators)
                yield node, f"({ast.unparse(compared)})"
        case ast.BoolOp():
            joint = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield node, f"({ast.unparse(ast.BoolOp(joint, node.values))})"
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node, f"({ast.unparse(node.operand)})"
        case ast.BinOp() if type(node.op) in RECKONED:
            changed = ast.BinOp(node.left, RECKONED[type(node.op)](), node.right)
            yield node, f"({ast.unparse(changed)})"
        case ast.Constant(value=bool() as told):
            yield node, str(not told)
        case ast.Constant(value=int() | float() as size):
            yield node, repr(size + 1)
        case ast.Constant(value=str() as text):
            yield node, repr(f"XX{text}XX")
        case ast.Constant(value=bytes() as data):
            yield node, repr(b"XX" + data)
        case ast.JoinedStr():
            yield node, "'XX'"
        case ast.If() | ast.While() | ast.IfExp():
            yield from _negated(node.test)
        case ast.comprehension():
            for test in node.ifs:
                yield from _negated(test)
        case ast.Return(value=ast.expr() as value):
            if ast.unparse(value) != "None":
                yield value, "None"
        case ast.Expr(value=ast.Call() as call) if not _is_said(call):
            yield node, "pass"
        case ast.Raise():
            yield node, "pass"
        case ast.AugAssign() if not isinstance(node.op, ast.BitOr):
            yield node, f"{ast.unparse(node.target)} = {ast.unparse(node.value)}"
        case ast.Break():
            yield node, "continue"
        case ast.Continue():
            yield node, "break"


def _is_said(call: ast.Call) -> bool:
    return ast.unparse(call.func) in ("print", "say")


def _negated(test: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    """A test that has no operator of its own to change."""
    if not isinstance(test, (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Constant)):
        yield test, f"(not ({ast.unparse(test)}))"
