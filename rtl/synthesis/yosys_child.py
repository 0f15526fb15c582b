"""A process of its own for one Yosys script: libyosys keeps global state, and ends the process when a pass fails."""

from __future__ import annotations

import sys
from pathlib import Path


def main(script: Path) -> None:
    """Run every line of ``script`` as one command on one design."""
    from pyosys import libyosys

    design = libyosys.Design()
    for line in script.read_text("utf-8").splitlines():
        design.run_pass(line)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
