"""The groups and attributes of a Liberty text, nested as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_STATEMENT = re.compile(r"""\s*(?:(\w+)\s*\(([^()]*)\)\s*([{;]?)|(\w+)\s*:\s*("[^"]*"|[^;\n}]*)\s*;?|(\})|;)""")
_NUMBER = re.compile(r"[-+.\deE]+")


@dataclass(slots=True)
class Group:
    """``kind (name) { ... }``: simple and complex attributes as their texts, and the groups inside."""

    kind: str
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    inner: list[Group] = field(default_factory=list)

    def all(self, kind: str) -> Iterator[Group]:
        return (group for group in self.inner if group.kind == kind)

    def numbers(self, attribute: str) -> list[float]:
        """All numbers in an attribute, such as ``values``; none if it is absent."""
        return [float(number) for number in _NUMBER.findall(self.attributes.get(attribute, ""))]


def read_groups(text: str) -> Group:
    """Everything in ``text``, free of comments, as one group without a name; what is no Liberty ends it."""
    top = Group("", "")
    open_groups = [top]
    at, text = 0, text.replace("\\\n", " ")
    while match := _STATEMENT.match(text, at):
        at = match.end()
        if match[6]:
            open_groups.pop()
            if not open_groups:
                break
        elif match[3] == "{":
            group = Group(match[1], match[2].strip(' "\n'))
            open_groups[-1].inner.append(group)
            open_groups.append(group)
        elif match[1]:
            open_groups[-1].attributes.setdefault(match[1], match[2])
        elif match[4]:
            open_groups[-1].attributes[match[4]] = match[5].strip().strip('"')
    return top
