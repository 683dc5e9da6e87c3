"""YAML as operators write it: read fast, and walked again for lines and columns only when something is wrong."""

import re
from pathlib import Path
from typing import Any

import yaml

from monitor.settings.errors import Problem

_PLAIN_INT = re.compile(r"-?(?:0|[1-9][0-9]*)$")
_PLAIN_BOOL = re.compile(r"true|false|True|False$")

_INSTEAD = "name another file with --config, or begin with: cctv config example > cctv.yaml"


class _Loader(yaml.CSafeLoader):
    """The C parser with the YAML 1.2 reading of plain words: ``no``, ``08:30``, ``0123`` and dates stay text."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.twice: list[tuple[yaml.Mark, str]] = []
        self._flat: set[int] = set()

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Note keys that stand twice, before ``<<`` adds those of other mappings, which may be repeated."""
        if id(node) not in self._flat:
            self._flat.add(id(node))
            keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            if len(set(keys)) < len(keys):
                self._note_twice(node)
        super().flatten_mapping(node)

    def _note_twice(self, node: yaml.MappingNode) -> None:
        first: dict[str, yaml.Mark] = {}
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in first:
                line = first[key.value].line + 1
                self.twice.append((key.start_mark, f"this key is already in line {line}; keep one of them"))
            else:
                first[key.value] = key.start_mark


_REDEFINED = {"tag:yaml.org,2002:int": _PLAIN_INT, "tag:yaml.org,2002:bool": _PLAIN_BOOL}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, _REDEFINED.get(tag, pattern)) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path, problems: list[Problem]) -> dict[str, Any] | None:
    """The mapping in a file; None after adding what is wrong with it to ``problems``."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        problems.append(Problem(str(path), 0, 0, f"cannot be read: {error.strerror}; {_INSTEAD}"))
        return None
    except UnicodeDecodeError:
        problems.append(Problem(str(path), 1, 1, "is not UTF-8 text; save it as UTF-8"))
        return None
    return _parse(text, path, problems)


def _parse(text: str, path: Path, problems: list[Problem]) -> dict[str, Any] | None:
    try:
        loader = _Loader(text)
        data = loader.get_single_data()
    except yaml.YAMLError as error:
        problems.append(_syntax(path, error))
        return None
    problems += [Problem(str(path), mark.line + 1, mark.column + 1, words) for mark, words in loader.twice]
    if data is None:
        problems.append(Problem(str(path), 1, 1, "is empty; begin with the output of: cctv config example"))
    elif not isinstance(data, dict):
        problems.append(
            Problem(str(path), 1, 1, "must be a mapping of keys; write for example sites: at the beginning")
        )
    return data if isinstance(data, dict) else None


def _syntax(path: Path, error: yaml.YAMLError) -> Problem:
    if isinstance(error, yaml.reader.ReaderError):
        return Problem(str(path), 1, 1, "holds control characters; save it as plain UTF-8 text")
    mark, said = getattr(error, "problem_mark", None), str(getattr(error, "problem", ""))
    if "quoted scalar" in str(getattr(error, "context", "")) and "end of stream" in said:
        mark, said = getattr(error, "context_mark", mark), "quote"
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Problem(str(path), line, column, f"not valid YAML: {_syntax_words(said)}")


def _syntax_words(said: str) -> str:
    """The parser's words without anything it quotes from the file (that may be a password), and what to do."""
    if said == "quote":
        return "the quote that opens here is never closed"
    if "another document" in said:
        return "a configuration is one document; remove the line ---"
    if "alias" in said or "anchor" in said or "tag" in said:
        return "a text that begins with * & or ! must stand in quotes"
    if "cannot start any token" in said:
        return "a text that begins with @ ` or % must stand in quotes, and indentation is spaces, not tabs"
    return f"{re.sub(chr(39) + '[^' + chr(39) + ']{2,}' + chr(39), '…', said)}; check the indentation and quotes here"


class Marks:
    """Lines and columns of one file."""

    def __init__(self, file: Path) -> None:
        try:
            self._root = yaml.compose(file.read_text(encoding="utf-8-sig"), Loader=_Loader)
        except (OSError, UnicodeDecodeError, yaml.YAMLError):  # already a problem of its own
            self._root = None

    def find(self, path: tuple[int | str, ...], key: bool) -> tuple[int, int]:
        """Line and column, from 1, of the value at ``path`` (or of its key), or of the nearest thing that holds it."""
        node, mark = self._root, None
        for part in path:
            pair = _child(node, part)
            if pair is None:
                break
            mark, node = pair[0], pair[1]
        else:
            if key and mark is not None:
                return mark.line + 1, mark.column + 1
        return (node.start_mark.line + 1, node.start_mark.column + 1) if node else (1, 1)


def _child(node: yaml.Node | None, part: int | str) -> tuple[yaml.Mark, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark, node.value[part]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark, value
    return None
