"""What all claims together ask of a cell library."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from hwsim.errors import HwsimError
from sweeps.reproduce.claim import Claim
from sweeps.reproduce.costs.figures import Costs, LaterError
from sweeps.reproduce.registry import SYSTEMS


def ask_all(costs: Costs) -> None:
    """Answer every claim of every system in one library; what cannot be answered is told on stderr and left out."""
    for claim in _claims(costs.library):
        assert claim.costed is not None
        try:
            claim.costed(costs)
        except LaterError:
            continue
        except HwsimError as error:
            sys.stderr.write(f"{claim.text}: {error}\n")


def _claims(library: str) -> Iterator[Claim]:
    for system in SYSTEMS:
        for section in system.sections:
            yield from (claim for claim in section.claims if claim.library == library)
