"""The Transformer of Vaswani et al. (NeurIPS 2017): an encoder over a source, a decoder over a target that reads it.

Sizes are the base model's and the defaults of ``torch.nn.Transformer``, which also norms what each stack makes.
Embeddings and the output projection are no part of it: source and target come embedded.
Axes: b sequences, s and k source tokens (as queries, as keys), t and u target tokens, e model, h heads, d elements of a
head, f MLP.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hwsim.workload.building import WorkloadBuilder
from hwsim.workload.graph import Workload
from hwsim.workload.llm.blocks import Blocks
from hwsim.workload.llm.config import Norm
from hwsim.workload.llm.network import DENSE, SEPARATE
from hwsim.workload.llm.run import Run
from hwsim.workload.lowering import STORED
from hwsim.workload.run_fields import named_run, read_run
from hwsim.workload.tensor import Role

EMBEDDED = "source and target come embedded; there is no output projection"
TEACHER = "the decoder runs once over the whole target, with a causal mask"
MODEL, HEADS, FFN = 512, 8, 2048
KEYS = {"s": "k", "t": "u"}
"""Letter of the keys that stand for the same tokens as the queries of each letter."""


@dataclass(frozen=True, slots=True)
class EncoderDecoderRun:
    """``source`` and ``target`` tokens in each of ``batch`` sequences; ``layers`` of each stack."""

    batch: int = 1
    source: int = Run().seq
    target: int = Run().seq
    layers: int = 6

    @property
    def lengths(self) -> Mapping[str, int]:
        """Length of each axis."""
        tokens = {"s": self.source, "k": self.source, "t": self.target, "u": self.target}
        return {"b": self.batch, **tokens, "e": MODEL, "h": HEADS, "d": MODEL // HEADS, "f": FFN}


def encoder_decoder_workload(name: str, given: Mapping[str, object]) -> Workload:
    """The workload for the fields ``given``; raises SpecError or WorkloadError for one that cannot be."""
    run = read_run(name, EncoderDecoderRun, given)
    builder = WorkloadBuilder(named_run(name, given))
    blocks = Blocks(builder, run.lengths, None, None)
    memory, x = (blocks.tensor(part, f"b{q}e", Role.INPUT) for part, q in (("source", "s"), ("target", "t")))
    for index in range(run.layers):
        memory = _Stacked(blocks, f"encoder{index}.", "s").encode(memory)
    memory = _norm(blocks, "encoder_norm", "s", memory)
    for index in range(run.layers):
        x = _Stacked(blocks, f"decoder{index}.", "t").decode(x, memory)
    _norm(blocks, "decoder_norm", "t", x)
    return builder.build((DENSE, SEPARATE, TEACHER, EMBEDDED, STORED))


def _norm(blocks: Blocks, name: str, q: str, x: str) -> str:
    return blocks.norm(name, Norm.LAYER, f"b{q}e", "e", x)


@dataclass(frozen=True, slots=True)
class _Stacked:
    """One layer of a stack whose queries have the letter ``q``; each part is added to its input, then normed."""

    blocks: Blocks
    prefix: str
    q: str

    def encode(self, x: str) -> str:
        x = self._added("attention", x, self._attention("attention", x, x, KEYS[self.q], masked=False))
        return self._added("mlp", x, self._mlp(x))

    def decode(self, x: str, memory: str) -> str:
        x = self._added("attention", x, self._attention("attention", x, x, KEYS[self.q], masked=True))
        x = self._added("cross", x, self._attention("cross", x, memory, KEYS["s"], masked=False))
        return self._added("mlp", x, self._mlp(x))

    def _added(self, part: str, x: str, made: str) -> str:
        x = self.blocks.vector(f"{self.prefix}{part}_add", "Add", f"b{self.q}e", (x, made))
        return _norm(self.blocks, f"{self.prefix}{part}_norm", self.q, x)

    def _attention(self, part: str, x: str, read: str, k: str, masked: bool) -> str:
        """Queries from ``x``, keys and values from ``read``, whose tokens have the letter ``k`` here."""
        blocks, name, q = self.blocks, f"{self.prefix}{part}.", self.q
        queries = blocks.linear(f"{name}q", f"b{q}e,ehd->b{q}hd", x, bias="hd")
        keys = blocks.linear(f"{name}k", f"b{k}e,ehd->b{k}hd", read, bias="hd")
        values = blocks.linear(f"{name}v", f"b{k}e,ehd->b{k}hd", read, bias="hd")
        scores = blocks.attend(f"{name}scores", f"b{q}hd,b{k}hd->bh{q}{k}", queries, keys, None, scaled=True)
        scores = blocks.vector(f"{name}softmax", "Softmax", f"bh{q}{k}", (scores,), added=int(masked))
        context = blocks.attend(f"{name}context", f"bh{q}{k},b{k}hd->b{q}hd", scores, values, None, scaled=False)
        return blocks.linear(f"{name}o", f"b{q}hd,hde->b{q}e", context, bias="e")

    def _mlp(self, x: str) -> str:
        blocks, p, q = self.blocks, self.prefix, self.q
        inner = blocks.linear(f"{p}up", f"b{q}e,ef->b{q}f", x, bias="f")
        inner = blocks.vector(f"{p}relu", "relu", f"b{q}f", (inner,))
        return blocks.linear(f"{p}down", f"b{q}f,fe->b{q}e", inner, bias="e")
