"""A study of a few products on a few engines: small enough that every test may run it."""

from __future__ import annotations

from pathlib import Path

GEMMS = """
[[gemm]]
name = "first"
m = 40
n = 24
k = 30

[[gemm]]
name = "second"
m = 7
n = 64
k = 65
"""

STUDY = """
constraints = ["rows == cols", "pe_count <= 256"]

[study]
name = "small"
question = "Which one?"
workloads = ["gemms.toml"]

[objectives]
total_cycles = "minimise"
pe_count = "minimise"

[machine]
dram_gb_per_s = [1.6, 25.6]

[[engine]]
array = ["systolic-os", "matrix-2d"]
rows = {from=4, to=16, factor=2}
cols = [4, 8, 16]

[[engine]]
array = "cube"
p = {from=2, to=6, step=2}
"""

POINTS = 2 * (3 + 3 + 3)


def write_study(folder: Path, text: str = STUDY) -> Path:
    """The study and its products in ``folder``; returns the study's path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gemms.toml").write_text(GEMMS)
    path = folder / "small.toml"
    path.write_text(text)
    return path
