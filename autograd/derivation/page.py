"""A derivation on the page: as text, as LaTeX and as Markdown.

`paragraphs` says what there is to write, in the spelling it is given; the three functions at the end lay it out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.derivation.chain import Derivation, ErrorTerm
from autograd.derivation.links import Link, Place
from autograd.derivation.spelling import Latex, Plain
from autograd.drawing import labels
from autograd.drawing.formulas import Formula, formula
from autograd.drawing.model import Edge, Operand

ENDS = 6  #: of a long path the first and the last so many values are written
STEPS = 40  #: of many steps the first and the last twenty are


class Paragraph(NamedTuple):
    """A sentence, and the lines of formulas below it, each a list of columns."""

    sentence: str
    lines: list[list[str]]


class _Writer:
    """One derivation in one spelling."""

    def __init__(self, derivation: Derivation, spell: Plain) -> None:
        self.d = derivation
        self.spell = spell
        self.terms = {term.place: term for term in derivation.deltas}

    # ------------------------------------------------------------------------------------------------- names

    def name(self, place: Place) -> str:
        """Return the name of a value, with the index of its element."""
        label = self.d.names[place.node, place.output]
        shape = self.shape(place)
        if place.element is None or not shape:
            return self.spell.name(label)
        return self.spell.name(label, tuple(map(int, np.unravel_index(place.element, shape))))

    def shape(self, place: Place) -> tuple[int, ...]:
        """Return the shape of the tensor that a value is, or is in."""
        return tuple(self.d.graph.nodes[place.node].outputs[place.output].shape or ())

    def partial(self, place: Place) -> str:
        """Return the derivative of the loss by a value, as a sign."""
        return self.spell.partial(self.name(self.d.root), self.name(place))

    def delta(self, term: ErrorTerm) -> str:
        """Return the sign of an error term."""
        return self.spell.delta(term.layer, term.neuron)

    def gradient(self, place: Place) -> str:
        """Return how the gradient at a value is written in a formula: as its error term where it has one."""
        if place not in self.terms:
            return self.partial(place)
        delta = self.delta(self.terms[place])
        return delta if self.d.sign > 0 else f"({self.spell.minus}{delta})"

    def operand(self, operand: Operand, index: tuple[int, ...] | None = None) -> str:
        """Return the word for an operand: its name, or the number that it is."""
        if not isinstance(operand, Edge):
            return "?" if operand is None else self.spell.number(operand)
        node = self.d.graph.nodes[operand.source]
        output = node.outputs[operand.output]
        if node.kind == "constant" and output.name is None and np.size(output.value) == 1:
            return self.spell.number(np.reshape(output.value, -1)[0])
        return self.spell.name(self.d.names[operand.source, operand.output], index or None)

    def operation(self, number: int) -> str:
        """Return what a node computes: `net1 = W1 @ x`."""
        node = self.d.graph.nodes[number]
        results = ", ".join([self.spell.name(self.d.names[number, i]) for i in range(len(node.outputs))])
        if isinstance(self.spell, Latex):
            computed = labels.expression(node, self.operand)
            base, power, exponent = computed.partition(" ** ")
            computed = f"{base}^{{{exponent}}}" if power else computed.replace(" @ ", r"\,").replace(" * ", r" \cdot ")
            if labels.between(node) is None and node.op != "neg":
                head, _, tail = computed.partition("(")
                computed = f"{self.spell.name(head)}({tail}"
            return f"{results} = {computed}"
        return f"{results} = {labels.expression(node, self.operand)}"

    # ------------------------------------------------------------------------------------------- derivatives

    def rule(self, link: Link) -> Formula | None:
        """Return the formula of the rule that a link stands for."""
        return formula(self.d.rules[link.target.node], link.position)

    def letters(self, link: Link, found: Formula, *, elements: bool) -> dict[str, str] | None:
        """Return what stands for the letters of a rule; None if an operand has no element that would fit."""
        node = self.d.graph.nodes[link.target.node]
        tensors = [o for o in node.operands if isinstance(o, Edge)]
        words = {found.result: self.name(link.target)}
        numbers = [o for o in node.operands if isinstance(o, int | float)]
        if numbers:
            words["c"] = self.spell.factor(self.spell.number(numbers[0]))
        for letter, operand in zip(found.letters, tensors, strict=False):
            index = None
            if elements:
                index = self.fitting(link, self.shape(Place(operand.source, operand.output)))
                if index is None:
                    return None
            words[letter] = words[letter.swapcase()] = self.operand(operand, index)
        others = tensors[len(found.letters) :]  # constants without a derivative, such as labels
        unknown = sorted(set(re.findall(r"(?<![A-Za-z])[a-z](?![A-Za-z])", found.text)) - {*words, "g", "n", "i"})
        if len(others) == len(unknown):
            words.update(zip(unknown, [self.operand(o) for o in others], strict=True))
        words[found.result] = self.name(link.target)
        return words

    def fitting(self, link: Link, shape: tuple[int, ...]) -> tuple[int, ...] | None:
        """Return the index of the element of an operand that meets the ones of a link; None if there is no such one."""
        for place in (link.target, link.source):
            its = self.shape(place)
            if place.element is None or len(shape) > len(its):
                continue
            index = np.unravel_index(place.element, its)[len(its) - len(shape) :] if its else ()
            if all([n in (1, m) for n, m in zip(shape[::-1], its[::-1], strict=False)]):
                return tuple([0 if n == 1 else int(k) for k, n in zip(index, shape, strict=True)])
        return None

    def slope(self, link: Link) -> str:
        """Return the local derivative between two elements in symbols; "" where it has no short ones."""
        if (factor := self.matrix_factor(link)) is not None:
            return factor
        found = self.rule(link)
        if found is None or "softmax" in found.text:
            return ""
        words = self.letters(link, found, elements=True)
        written = None if words is None else found.derivative(words, "·")
        return "" if written is None else self.spell.formula(written)

    def matrix_factor(self, link: Link) -> str | None:
        """Return the element that an element is multiplied by in a product of matrices; None for other operations."""
        doc = (self.d.rules[link.target.node].__doc__ or "").partition("     ")[0]
        product = doc.partition(" = ")[2]
        if product not in ("X y", "x Y", "X Y", "X Wᵀ", "X Wᵀ + b") or link.position == 2:
            return None
        tensors = [o for o in self.d.graph.nodes[link.target.node].operands if isinstance(o, Edge)]
        assert link.source.element is not None
        assert link.target.element is not None
        source = tuple(map(int, np.unravel_index(link.source.element, self.shape(link.source))))
        target = tuple(map(int, np.unravel_index(link.target.element, self.shape(link.target))))
        if product.startswith("X Wᵀ"):
            index = (target[-1], source[-1]) if link.position == 0 else (*target[:-1], source[1])
        elif product == "X y":
            index = (source[1],) if link.position == 0 else (target[0], source[0])
        elif product == "x Y":
            index = (source[0], target[0]) if link.position == 0 else (source[0],)
        else:
            index = (source[1], target[1]) if link.position == 0 else (target[0], source[0])
        return self.operand(tensors[1 - link.position], index)

    def passed(self, link: Link) -> str:
        """Return in symbols what an operation passes back to a whole tensor."""
        if link.target == self.d.root and (found := self.rule(link)) and not found.in_words:
            words = self.letters(link, found, elements=False)
            slope = None if words is None else found.derivative(words, "·")
            if slope is not None:
                return self.spell.formula(slope)
        found = self.rule(link)
        words = None if found is None else self.letters(link, found, elements=False)
        g = "1" if link.target == self.d.root else self.gradient(link.target)
        if found is None or words is None:
            word = self.d.graph.nodes[link.target.node].op
            return f"{g} {self.spell.words(f'through {word}')}"
        if found.in_words and isinstance(self.spell, Latex):
            before, _, after = found.text.partition("g")
            return self.spell.formula(before) + g + self.spell.words(after)
        elementwise = self.shape(link.source) == self.shape(link.target) != () and not set(found.text) & set("GΣᵀ⊗")
        return self.spell.formula(found.gradient(g, words, "⊙" if elementwise else "·"))

    # ------------------------------------------------------------------------------------------------ the page

    def paragraphs(self) -> list[Paragraph]:
        """Return what is written."""
        d = self.d
        by_numbers = d.start.element is not None
        start, root = self.name(d.start), self.name(d.root)
        plain = Plain()
        names = [_Writer(d, plain).name(p) for p in (d.root, d.start)]
        shape = "" if by_numbers else f", of shape {self.shape(d.start)}"
        head = f"The derivative of {names[0]} by {names[1]}{shape}"
        known = [[f"{name} = {self.spell.number(v)}"] for name, v in self._values() if v is not None]
        found = [Paragraph(head, known)]
        if not d.path_count:
            zero = self.spell.partial(root, start)
            return [*found, Paragraph("No path leads from the one to the other.", [[f"{zero} = 0"]])]
        count = f"{d.path_count:,} path" + ("s" if d.path_count != 1 else "")
        more = f"; the {len(d.paths)} with the largest products" if by_numbers else f"; {len(d.paths)} of them"
        if d.left_out:
            count += more
        lines = [[self._path(path)] for path in d.paths]
        found.append(Paragraph(count, lines))
        found += self._by_numbers() if by_numbers else self._in_matrices()
        return found

    def _values(self) -> list[tuple[str, Any]]:
        values = []
        for place in (self.d.start, self.d.root):
            value = self.d.graph.nodes[place.node].outputs[place.output].value
            if value is not None and (place.element is not None or np.size(value) == 1):
                values.append((self.name(place), np.reshape(value, -1)[place.element or 0]))
        return values

    def _path(self, path: Sequence[Link]) -> str:
        places = [self.d.start, *[link.target for link in path]]
        words = [self.name(p) for p in places]
        if len(words) > 2 * ENDS + 1:
            left = self.spell.words(f"… {len(words) - 2 * ENDS:,} more …")
            words = [*words[:ENDS], left, *words[-ENDS:]]
        return self.spell.arrow.join(words)

    def _product(self, path: Sequence[Link]) -> str:
        """Return the local derivatives along a path, multiplied."""
        weights = [link.weight for link in path]
        words = [self.spell.factor(self.spell.number(w)) for w in weights]
        if len(words) > 2 * ENDS + 1:
            middle = self.spell.factor(self.spell.number(np.prod(weights[ENDS:-ENDS])))
            left = self.spell.words(f"({len(words) - 2 * ENDS:,} factors: ") + middle + self.spell.words(")")
            words = [*words[:ENDS], left, *words[-ENDS:]]
        return f" {self.spell.times} ".join(words) or "1"

    def _by_numbers(self) -> list[Paragraph]:
        d, spell = self.d, self.spell
        links = sorted({link for path in d.paths for link in path}, key=lambda k: (k.target, k.position, k.source))
        lines = self._cut(links, self._step)
        found = [Paragraph("Step by step, with the local derivatives", lines)] if lines else []
        products = [float(np.prod([link.weight for link in path])) for path in d.paths]
        whole, value = self.partial(d.start), spell.number(d.value)
        if d.path_count == 1:
            lines = [[whole, f"= {self._product(d.paths[0])}"], ["", f"= {value}"]]
            found.append(Paragraph("The product along the path", lines))
        else:
            lines = [
                [spell.words(f"path {i}"), self._product(path), f"= {spell.number(product)}"]
                for i, (path, product) in enumerate(zip(d.paths, products, strict=True), start=1)
            ]
            found.append(Paragraph("The product along each path", lines))
            total = " + ".join([spell.factor(spell.number(p)) for p in products])
            if d.left_out:
                rest = spell.factor(spell.number(d.value - sum(products)))
                total += " + " + rest + spell.words(f" (the {d.left_out:,} others)")
            found.append(Paragraph("Their sum", [[whole, f"= {total}"], ["", f"= {value}"]]))
        return [*found, *self._error_terms(), *self._check()]

    def _step(self, link: Link) -> list[str]:
        """Return the line of one link: the operation, the sign of its derivative, and what that is."""
        slope, number = _bare(self.slope(link)), self.spell.number(link.weight)
        written = f"= {number}" if slope in ("", number) else f"= {slope} = {number}"
        sign = self.spell.partial(self.name(link.target), self.name(link.source))
        return [self.operation(link.target.node), sign, written]

    def _in_matrices(self) -> list[Paragraph]:
        d, spell = self.d, self.spell
        lines: list[list[str]] = []
        for place in sorted(d.shares, reverse=True):
            shares = sorted(d.shares[place], key=lambda share: share.link.target)
            gradient = f"= {spell.array(d.gradients[place])}"
            if len(shares) == 1:
                lines.append([self.partial(place), f"= {self.passed(shares[0].link)}", gradient])
            else:
                for link, value in shares:
                    by = spell.words("by ") + self.name(link.target)
                    lines.append([by, f"= {self.passed(link)}", f"= {spell.array(value)}"])
                lines.append([self.partial(place), "= " + spell.words("their sum"), gradient])
            if place in self.terms:
                term = self.terms[place]
                lines.append([self.delta(term), f"= {self._defined(term)}", f"= {spell.array(term.value)}"])
        return [Paragraph("Backwards, from the loss", self._cut(lines)), *self._check()]

    def _defined(self, term: ErrorTerm) -> str:
        partial = self.partial(term.place)
        return partial if self.d.sign > 0 else self.spell.opposite(partial)

    def _error_terms(self) -> list[Paragraph]:
        """Return the error terms on the paths, each from the one after it, and the gradient by the first of them."""
        d, spell = self.d, self.spell
        on_paths = {place for path in d.paths for link in path for place in link[:2]}
        terms = [term for term in d.deltas if term.place in on_paths]
        if not terms:
            return []
        lines = []
        later = None
        for term in terms:
            symbols = "" if later is None else self._between(term.place, later.place)
            line = [self.delta(term), f"= {self._defined(term)}", f"= {spell.number(term.value)}"]
            if later is not None and symbols:
                line.insert(2, f"= {symbols} {spell.times} {self.delta(later)}")
            lines.append(line)
            later = term
        symbols = self._between(d.start, terms[-1].place)
        if symbols:
            sign = "" if d.sign > 0 else spell.minus
            written = f"= {sign}{self.delta(terms[-1])} {spell.times} {symbols}"
            lines.append([self.partial(d.start), written, f"= {spell.number(d.value)}"])
        columns = max(map(len, lines))
        lines = [[*line[:-1], *[""] * (columns - len(line)), line[-1]] for line in lines]
        return [Paragraph("Error terms", self._cut(lines))]

    def _between(self, start: Place, end: Place) -> str:
        """Return the local derivatives from one place to another, multiplied, the last first; "" if paths fork."""
        d, spell = self.d, self.spell
        if d.path_count != 1:
            return ""
        (path,) = d.paths
        places = [d.start, *[link.target for link in path]]
        links = path[places.index(start) : places.index(end)]
        slopes = [self.slope(link) or spell.factor(spell.number(link.weight)) for link in reversed(links)]
        return f" {spell.times} ".join([slope for slope in slopes if slope != "1"][:ENDS]) if len(links) <= ENDS else ""

    def _check(self) -> list[Paragraph]:
        d = self.d
        if d.grad is None:
            return []
        label = _Writer(d, Plain())
        name = d.names[d.start.node, d.start.output]
        index = label.name(d.start)[len(name) :]
        same = np.allclose(d.grad, d.value, rtol=1e-5, atol=1e-12, equal_nan=True)
        if d.graph.nodes[d.start.node].kind == "op":
            return [Paragraph("It is the gradient that came by in the backward pass.", [])] if same else []
        if same:
            return [Paragraph(f"It is what {name}.grad{index} holds.", [])]
        held = Plain().array(d.grad)
        return [Paragraph(f"{name}.grad{index} holds {held}: other backward passes, or hooks, have changed it.", [])]

    def _cut(self, steps: Sequence[Any], line: Callable[[Any], list[str]] = list) -> list[list[str]]:
        """Return the lines of steps, of many the first and the last."""
        if len(steps) <= STEPS:
            return [line(step) for step in steps]
        left = self.spell.words(f"… {len(steps) - STEPS:,} more steps …")
        return [*[line(s) for s in steps[: STEPS // 2]], [left], *[line(s) for s in steps[-STEPS // 2 :]]]


# ------------------------------------------------------------------------------------------------------ layouts


def text(derivation: Derivation) -> str:
    """Return a derivation as text for a terminal."""
    parts = []
    for sentence, lines in _Writer(derivation, Plain()).paragraphs():
        widths = [max([len(line[i]) for line in lines if i < len(line) - 1], default=0) for i in range(4)]
        laid = ["  " + "  ".join([c.ljust(w) for c, w in zip(line, widths, strict=False)]).rstrip() for line in lines]
        parts.append("\n".join([sentence + (":" if laid else "")] + laid))
    return "\n\n".join(parts) + "\n"


def markdown(derivation: Derivation) -> str:
    """Return a derivation in Markdown."""
    parts = []
    for sentence, lines in _Writer(derivation, Latex()).paragraphs():
        parts.append(_escaped(sentence) + (":" if lines else ""))
        if lines:
            parts.append(f"$$\n{_array(lines)}\n$$")
    return "\n\n".join(parts) + "\n"


def latex(derivation: Derivation) -> str:
    """Return a derivation as one LaTeX formula."""
    spell = Latex()
    rows = []
    for sentence, lines in _Writer(derivation, spell).paragraphs():
        rows.append(spell.words(sentence + (":" if lines else "")))
        if lines:
            rows.append(rf"\quad {_array(lines)}")
    return r"\begin{array}{l}" + "\n" + " \\\\[1ex]\n".join(rows) + "\n" + r"\end{array}"


def _array(lines: list[list[str]]) -> str:
    columns = "l" * max(map(len, lines))
    rows = " \\\\[0.5ex]\n".join([" & ".join([rf"\displaystyle {c}" if c else "" for c in line]) for line in lines])
    return rf"\begin{{array}}{{{columns}}}" + f"\n{rows}\n" + r"\end{array}"


def _bare(factor: str) -> str:
    """Return a factor that stands alone without the brackets around all of it."""
    return factor[1:-1] if re.fullmatch(r"\([^()]*\)", factor) else factor


def _escaped(sentence: str) -> str:
    for sign in r"\`*_[]$":
        sentence = sentence.replace(sign, f"\\{sign}")
    return sentence
