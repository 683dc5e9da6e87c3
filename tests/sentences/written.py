"""Every sentence the code can write about what was seen, as patterns: read from the syntax trees, not from memory."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

MONITOR = Path(__file__).parents[2] / "monitor"
ROOMS = (
    *("judge", "blame", "probes", "protocols", "retention", "vision", "patience.py", "runner.py", "ledger.py"),
    *("eyes.py", "workers.py", "docket.py", "store/database.py", "store/refuge.py", "store/schema.py"),
    *("reports/leave_site.py", "tickets/desk.py", "tickets/alerts.py", "tickets/people.py", "settings", "cli"),
)
"""Where the words of evidence, findings, faults, notices, certificates, refusals and mistakes are made."""
TECHNICAL = (
    r"[\\^$][(\[dswS]|\(\?|\[\^|\*\?|\(\[",  # regular expressions
    r"%[A-Za-z0-9.+@]|find -|-printf|-[a-z]+ \{\}|2>|\||\bstatus \$|^status \{\}$",  # commands, and times
    r"^(env|cat|df|smartctl|printf|timeout|ls) ",
    r"\b[A-Z]{3,} [A-Z]{3,}|^PRAGMA|= \?|count\(|^(Start|End)DateTime",  # SQL and queries
    r"^<|xml|charset=|^(Basic|Digest|video) $|RTSP/1\.0|^https?$",  # what is said to machines
    r"^(store writer|end of workers|time zone|camera states|disks: \{\}|System Volume Information|mono|colour)$",
    r"^(Permission denied|No such file or directory|File system loop detected|No existing session|NO MATCHES)$",  # find
    r"^the body|alerts (at once|is missing)|^\{\}\.\w+ is |not a JSON object|not text$|neither firing",
    r"^\{\} GiB$|^The configuration file\.$",  # a unit; the help of an option
    r"^(- ?| or |, or remove it|Value error, |quoted scalar|end of stream|another document|cannot start any token)$",
    r"^(none|entry of devices|HTTP digest|what was seen|bold.*)$|kbit/s$|\[bold\]|^must be \{\}$|^\{\}, … ",
    r"\n|^(faults|switch): curl|%\(name\)s|^module \{\} has|^\{\}: \{\}\.html$|^--\w+: \{\}$|^environment \{\}$",
    r"^\{file: PATH\}, |^\{\}, \{\} or \{\}$|^(Check, show and|The repair job|Windows in which) ",  # typed as it is
    r"SITE/DEVICE as .*\}$|ONVIF device\{\}$",  # an ending that is mostly empty
    r"^no JPEG from an array of shape|^\{\} at \{\}:\{\} in \{\}$",  # mistakes of ours, for the log alone
)
NOT_SHOWN = (
    "reference.py",
    "schema.py",
    "layout.py",
    "options.py",
    "address.py",
    "url.py",
    "discovery.py",
    "annotate.py",
)
"""Reference pages, and labels drawn into pictures; mistakes in the options of recorders, which are said in English."""
HOLE = "{}"


def skeleton(text: str) -> str:
    """A pattern without the names of its holes."""
    return re.sub(r"\{[^{}]*\}", HOLE, text)


def written() -> dict[str, str]:
    """Pattern -> where it stands. A hole is named after what is written in it."""
    found: dict[str, str] = {}
    for path in _files():
        for node, text in _texts(ast.parse(path.read_text())):
            if _is_sentence(skeleton(text)):
                found.setdefault(text, f"monitor/{path.relative_to(MONITOR)}:{node.lineno}")
    return found


def _files() -> Iterator[Path]:
    for room in ROOMS:
        place = MONITOR / room
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            if path.name not in NOT_SHOWN:
                yield path


def _texts(node: ast.AST, piece: bool = False) -> Iterator[tuple[ast.expr, str]]:
    """Literals and f-strings below a node; ``piece``: in the hole of an f-string, where a single word counts too."""
    for child in ast.iter_child_nodes(node):
        if _is_docstring(child) or _is_log(child) or _is_elsewhere(child):
            continue
        if isinstance(child, ast.JoinedStr):
            yield child, _pattern(child)
            for hole in child.values:
                yield from _texts(ast.Expression(hole.value), True) if isinstance(hole, ast.FormattedValue) else ()
        elif isinstance(child, ast.Constant):
            if isinstance(child.value, str) and (" " in child.value or (piece and isinstance(node, ast.IfExp))):
                yield child, child.value
        else:
            yield from _texts(child, piece)


def _pattern(text: ast.JoinedStr) -> str:
    names: list[str] = []
    parts = []
    for value in text.values:
        if isinstance(value, ast.FormattedValue):
            name = _name(value.value)
            names.append(name if name not in names else f"{name}{len(names) + 1}")
            parts.append(f"{{{names[-1]}}}")
        else:
            assert isinstance(value, ast.Constant)
            parts.append(str(value.value))
    return "".join(parts)


def _name(value: ast.expr) -> str:
    """What a reader would call it: the last name in the expression."""
    found = [
        node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else node.value
        for node in ast.walk(value)
        if isinstance(node, ast.Name | ast.Attribute | ast.Constant)
    ]
    return next((one for one in found if isinstance(one, str) and one.isidentifier()), "value").lstrip("_")


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_elsewhere(node: ast.AST) -> bool:
    """In a catalogue of its own, or the help of an option, which is English."""
    marked = isinstance(node, ast.Call) and ast.unparse(node.func) in ("_", "Field", "AttributeError")
    return marked or (isinstance(node, ast.keyword) and node.arg in ("help", "metavar", "description"))


def _is_log(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log.")


def _is_sentence(text: str) -> bool:
    words = text.replace(HOLE, "")
    spoken = re.search(r"[a-z]", words) and (" " in words or text.isalpha())
    return bool(spoken) and not any(re.search(one, text) for one in TECHNICAL)
