"""Mutants of the logic in Python files: cosmic-ray's operators, and some that it lacks. Runs in .venv-mutants.

    operators.py sites FILE…       out: [{"file", "line", "operator", "occurrence", "place"}, …]
    operators.py make < sites      out: [the file's text with the mutant, …]

One `place` in the code may have several mutants, of which a sample takes one.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import parso
from cosmic_ray.ast import ast_nodes, get_ast, is_number
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators import (
    boolean_replacer,
    break_continue,
    comparison_operator_replacement,
    number_replacer,
    unary_operator_replacement,
    zero_iteration_for_loop,
)
from cosmic_ray.operators.operator import Operator

# The words of a rule, which no verdict depends on.
WORDS = {"controls", "fix", "id", "severity", "source", "title", "waivable", "why"}
TESTS = ("comparison", "and_test", "or_test", "not_test", "comp_if")


class _Ours(Operator):  # type: ignore[misc]
    """An operator that says for each node how often it fits, and writes the node anew as text."""

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        for _ in range(self.fits(node)):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        first = node.get_first_leaf()
        return parso.parse(f"{first.prefix}{self.text(node, index)}")

    def fits(self, node: Any) -> int:
        raise NotImplementedError

    def text(self, node: Any, index: int) -> str:
        raise NotImplementedError


def _code(node: Any) -> str:
    return str(node.get_code(include_prefix=False))


class SwapMembership(_Ours):
    """`a in b` becomes `a not in b`, and the other way round."""

    def fits(self, node: Any) -> int:
        return int(node.type == "comparison" and _code(node.children[1]) in ("in", "not in"))

    def text(self, node: Any, _index: int) -> str:
        left, operator, right = (_code(child) for child in node.children[:3])
        rest = "".join(child.get_code() for child in node.children[3:])
        return f"{left} {'not in' if operator == 'in' else 'in'} {right}{rest}"


class DropOperand(_Ours):
    """`a and b` becomes `a` or `b`."""

    def fits(self, node: Any) -> int:
        return (len(node.children) + 1) // 2 if node.type in ("and_test", "or_test") else 0

    def text(self, node: Any, index: int) -> str:
        operands = node.children[::2]
        return f" {_code(node.children[1])} ".join(_code(one) for one in operands if one is not operands[index])


class DropElement(_Ours):
    """A list, tuple, set or object written out loses one of its elements; an answer of several parts keeps them."""

    def fits(self, node: Any) -> int:
        is_answer = node.parent is not None and node.parent.type in ("yield_expr", "return_stmt")
        return len(_elements(node)) if node.type == "atom" and node.children[0].value in "[{(" and not is_answer else 0

    def text(self, node: Any, index: int) -> str:
        elements = _elements(node)
        left = ", ".join(element for number, element in enumerate(elements) if number != index)
        comma = "," if node.children[0].value == "(" else ""
        return f"{node.children[0].value}{left}{comma}{node.children[-1].value}"


def _elements(atom: Any) -> list[str]:
    """Two elements or more; a comprehension has none, and neither has text in parentheses."""
    inner = atom.children[1]
    if inner.type not in ("testlist_comp", "dictorsetmaker") or any("comp_for" in one.type for one in inner.children):
        return []
    elements: list[str] = []
    open_ = ""
    for child in inner.children:
        if getattr(child, "value", "") == ",":
            elements.append(open_)
            open_ = ""
        else:
            open_ += child.get_code(include_prefix=bool(open_))
    elements += [open_] if open_ else []
    return elements if len(elements) > 1 else []


class NegateFilter(_Ours):
    """The condition of a comprehension."""

    def fits(self, node: Any) -> int:
        return int(node.type == "comp_if")

    def text(self, node: Any, _index: int) -> str:
        rest = "".join(child.get_code() for child in node.children[2:])
        return f"if not ({_code(node.children[1])}){rest}"


NOTHING = ("None", "False", '""', "[]", "()", "{}")


class ReturnNothing(_Ours):
    """A function that returns None, and a generator that leaves something out."""

    def fits(self, node: Any) -> int:
        if node.type == "return_stmt":
            return int(len(node.children) > 1 and _code(node.children[1]) not in NOTHING)
        return int(node.type == "yield_expr" and node.parent.type == "simple_stmt")

    def text(self, node: Any, _index: int) -> str:
        return "return None" if node.type == "return_stmt" else "(yield from ())"


OPPOSITES = ("Eq_NotEq", "NotEq_Eq", "Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Lt_Gt", "Gt_Lt", "Is_IsNot", "IsNot_Is")
OPERATORS: dict[str, Operator] = {
    operator.__class__.__name__: operator
    for operator in (
        *(one() for one in comparison_operator_replacement.operators() if one.__name__.endswith(OPPOSITES)),
        *(one() for one in unary_operator_replacement.operators() if one.__name__.endswith("_Delete_Not")),
        boolean_replacer.AddNot(),
        boolean_replacer.ReplaceTrueWithFalse(),
        boolean_replacer.ReplaceFalseWithTrue(),
        boolean_replacer.ReplaceAndWithOr(),
        boolean_replacer.ReplaceOrWithAnd(),
        break_continue.ReplaceBreakWithContinue(),
        break_continue.ReplaceContinueWithBreak(),
        number_replacer.NumberReplacer(),
        zero_iteration_for_loop.ZeroIterationForLoop(),
        SwapMembership(),
        DropOperand(),
        DropElement(),
        NegateFilter(),
        ReturnNothing(),
    )
}


def sites(file: str) -> Iterator[dict[str, Any]]:
    """Every mutant of a file."""
    seen: Counter[str] = Counter()
    for node in ast_nodes(get_ast(Path(file).read_text())):
        for name, operator in OPERATORS.items():
            for (line, column), _ in operator.mutation_positions(node):
                if _is_logic(node):
                    yield {
                        "file": file,
                        "line": line,
                        "operator": name,
                        "occurrence": seen[name],
                        "place": f"{file}:{line}:{column}:{node.type}",
                    }
                seen[name] += 1


def _is_logic(node: Any) -> bool:
    """Not a rule's words, an annotation, or a number outside a condition."""
    ancestors = []
    above = node
    while above.parent is not None:
        inner, above = above, above.parent
        ancestors.append(above.type)
        if above.type == "argument" and _code(above.children[0]) in WORDS and inner is not above.children[0]:
            return False
        if above.type == "annassign" and inner is above.children[1]:
            return False
        if above.type in ("tfpdef", "decorator", "import_from"):
            return False
    if is_number(node):
        return any(test in ancestors for test in TESTS)
    return "funcdef" in ancestors or node.type != "keyword"


def main(command: str, *files: str) -> None:
    if command == "sites":
        json.dump([site for file in files for site in sites(file)], sys.stdout)
        return
    chosen = json.load(sys.stdin)
    texts = [
        mutate_code(Path(one["file"]).read_text(), OPERATORS[one["operator"]], one["occurrence"]) for one in chosen
    ]
    json.dump(texts, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
