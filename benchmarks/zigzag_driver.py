"""Run ZigZag's mapper on GEMMs and count its cost evaluations; a process of its own, in an environment that has it.

    PYTHON benchmarks/zigzag_driver.py GEMMS.json

GEMMS.json is a list of [m, n, k]; the answer on the last line is JSON: evaluations and CPU seconds of evaluating.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
import time
from pathlib import Path

import zigzag
from zigzag.api import get_hardware_performance_zigzag
from zigzag.stages.evaluation import cost_model_evaluation

INPUTS = Path(zigzag.__file__).parent / "inputs"


def layer(number: int, m: int, n: int, k: int) -> dict[str, object]:
    """One product O[m][n] += I[m][k] * W[k][n] of bytes in ZigZag's own terms."""
    return {
        "id": number,
        "name": f"gemm{number}",
        "operator_type": "Gemm",
        "equation": "O[b][k]+=I[b][c]*W[k][c]",
        "dimension_relations": [],
        "loop_dims": ["B", "K", "C"],
        "loop_sizes": [m, n, k],
        "operand_precision": {"W": 8, "I": 8, "O": 16, "O_final": 8},
        "operand_source": {"W": number, "I": number},
    }


def count_evaluations() -> list[int]:
    """One number in a list, which grows with every evaluation of the cost model."""
    count, kind = [0], cost_model_evaluation.CostModelEvaluation
    begin = kind.__init__

    def counted(self: object, *args: object, **kwargs: object) -> None:
        count[0] += 1
        begin(self, *args, **kwargs)

    kind.__init__ = counted
    return count


def main() -> None:
    gemms = json.loads(Path(sys.argv[1]).read_text())
    evaluations = count_evaluations()
    with tempfile.TemporaryDirectory() as folder:
        begin = time.process_time()
        get_hardware_performance_zigzag(
            [layer(i, *gemm) for i, gemm in enumerate(gemms)],
            str(INPUTS / "hardware" / "tpu_like.yaml"),
            str(INPUTS / "mapping" / "tpu_like.yaml"),
            dump_folder=folder,
            loma_show_progress_bar=False,
        )
        print(json.dumps({"evaluations": evaluations[0], "cpu_seconds": time.process_time() - begin}))


if __name__ == "__main__":
    logging.disable(logging.INFO)
    main()
