"""Rows of short cells and a sentence: a table, or on a terminal too narrow for one, each row on lines of its own."""

from collections.abc import Container, Iterator, Sequence
from typing import Literal

from rich.console import Console, ConsoleOptions, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from monitor.cli.terminal import say

LEAST = 36
"""Columns that a sentence needs beside the other cells, to be read and not spelt."""
ENDLESS = 100_000

Cell = str | Text
"""A str holds rich's markup."""


class Listing:
    """``heads``: texts of the catalogue; ``sentence`` is the one whose cells may fold; the first ``lead`` name a row.

    ``spare``: heads that a narrow terminal does without.
    """

    def __init__(
        self,
        *heads: str,
        sentence: str,
        lead: int,
        right: Container[str] = (),
        spare: Sequence[str] = (),
        headed: bool = True,
    ) -> None:
        self._heads, self._right, self._spare, self._headed = heads, right, spare, headed
        self._sentence, self._lead = sentence, lead
        self._rows: list[Sequence[Cell]] = []

    def add(self, *cells: Cell) -> None:
        """One row: a cell for each head."""
        self._rows.append(cells)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        whole = self._table(self._heads)
        short = self._table([head for head in self._heads if head != self._sentence])
        wanted = [Measurement.get(console, options.update(width=ENDLESS), table).maximum for table in (whole, short)]
        if min(wanted[0], wanted[1] + LEAST) <= options.max_width:
            yield whole
        else:
            yield from self._stacked()

    def _table(self, heads: Sequence[str]) -> Table:
        shown = Table(box=None, pad_edge=False, header_style="bold", show_header=self._headed)
        for head in heads:
            aligned: Literal["left", "right"] = "right" if head in self._right else "left"
            shown.add_column(
                say(head) if self._headed else "", overflow="fold", no_wrap=head != self._sentence, justify=aligned
            )
        wanted = [self._heads.index(head) for head in heads]
        for row in self._rows:
            shown.add_row(*(row[column] for column in wanted))
        return shown

    def _stacked(self) -> Iterator[RenderableType]:
        """What names the row, the sentence below it, and in small print the rest with its heads."""
        lead = self._heads[: self._lead]
        rest = [head for head in self._heads[self._lead :] if head not in (self._sentence, *self._spare)]
        for row in self._rows:
            cells = dict(zip(self._heads, map(_text, row), strict=True))
            yield Text("  ").join(cells[head] for head in lead if cells[head])
            small = [Text(f"{say(head)} ").append(cells[head]) for head in rest if cells[head]]
            for below in (cells[self._sentence], Text(" · ", style="dim").join(small)):
                if below:
                    yield Padding(below, (0, 0, 0, 2))


def _text(cell: Cell) -> Text:
    return Text.from_markup(cell) if isinstance(cell, str) else cell
