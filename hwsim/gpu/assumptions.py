"""Everything that the tile model assumes, in one place: what a kernel is, what it costs, and what is left out."""

from __future__ import annotations

from collections.abc import Mapping

ASSUMPTIONS: Mapping[str, str] = {
    "time of a product": (
        "the larger of what the DRAM takes and what the loops of thread blocks take, plus one launch; a loop takes the "
        "largest of its parts (matrix units, L2, shared memory, vector lanes), each of the others over `stages`, and "
        "the latency of shared memory once per step of k"
    ),
    "time of everything else": "the largest of DRAM, L2 and vector lanes, plus one launch",
    "thread blocks": (
        "the SM with most of them decides: ceil(blocks / SMs) in turn; ragged tiles compute as full ones, bytes are "
        "exact; there is no split along k"
    ),
    "tiles": (
        "the fastest of all combinations of 9 heights, 9 widths and 3 depths that are whole steps of the unit and fit "
        "half of the register file (accumulators) and the shared memory (`stages` slices of both operands)"
    ),
    "shared memory": (
        "an operand is written once and read once by each row or column of four warps, arranged 1 x 4, 2 x 2 or 4 x 1; "
        "there are no bank conflicts; how operands leave the register file costs nothing"
    ),
    "L2 and DRAM": (
        "the best of three orders of thread blocks: a strip of A or of B stays in half of the L2, or waves cover "
        "patches of tiles; tensors that the kernel before read or wrote are found in the L2 if they fit in half of it; "
        "results go to DRAM"
    ),
    "LUT arrays": (
        "an array M2 N64 K4 takes one cycle per bit of the weights and never waits for tables; tables cross L2 and "
        "shared memory as 8 entries for 4 activations, plus scales; floats are summed in FP16, integers in 32 bits"
    ),
    "tensor cores": (
        "reach their peak; weights narrower than activations cost one vector operation each time a thread block loads "
        "one"
    ),
    "what is low-bit": (
        "the weights of the layers, `w_bits` bits each, with `w_group` a scale of 16 bits and a zero point of `w_bits` "
        "for each group; attention, embeddings and the head run in FP16 on the GPU's own tensor cores, also beside LUT "
        "arrays"
    ),
    "attention": (
        "is not fused: scores and probabilities are tensors in FP16; its products run on matrix units or on vector "
        "lanes, whichever is sooner"
    ),
    "fusion": (
        "elementwise operators (residual additions, activation functions, gates, rotary embeddings) ride with the "
        "kernel before if nobody else reads its result; norms and softmax are kernels of their own"
    ),
    "activations": "lie in FP16, except that what only low-bit products read is written in the width they read",
    "precompute": (
        "a table costs its additions and one operation for each entry, on the vector lanes; tables of one tensor are "
        "made once and read by all its products (naive: once for every `share` columns of each product)"
    ),
    "layers": "are equal: one, between embedding and head, is timed and counts for all",
    "left out": (
        "clock changes under load, contention of atomics and TLBs, gaps between kernels beyond the launch, several "
        "GPUs, and whether the weights fit in the DRAM"
    ),
}
"""By subject; the documentation prints the table."""
