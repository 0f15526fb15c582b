"""One layer of a transformer: attention, then an MLP, each with its norm and its residual addition."""

from __future__ import annotations

from dataclasses import dataclass

from hwsim.workload.llm.blocks import Blocks
from hwsim.workload.llm.config import Transformer
from hwsim.workload.llm.run import Run
from hwsim.workload.tensor import Role

HEADS, KEYS = "bthgd", "bthd"
"""Axes of queries and of keys and values."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Adds the operators of layer ``prefix`` to ``blocks``; the axes' letters are explained there."""

    prefix: str
    model: Transformer
    run: Run
    blocks: Blocks

    def add(self, x: str) -> str:
        """Add the whole layer after the tensor ``x`` and return its result; both are (b, t, e)."""
        if self.model.pre_norm:
            x = self._residual("attention", x, self._attention(self._norm("attention", x)))
            return self._residual("mlp", x, self._mlp(self._norm("mlp", x)))
        x = self._norm("attention", self._residual("attention", x, self._attention(x)))
        return self._norm("mlp", self._residual("mlp", x, self._mlp(x)))

    def _norm(self, where: str, x: str) -> str:
        return self.blocks.norm(f"{self.prefix}{where}_norm", self.model.norm, "bte", "e", x)

    def _residual(self, where: str, x: str, y: str) -> str:
        return self.blocks.vector(f"{self.prefix}{where}_add", "Add", "bte", (x, y))

    def _attention(self, x: str) -> str:
        p, model, blocks = self.prefix, self.model, self.blocks
        queries = self._rotated("q", HEADS, self._projection("q", HEADS, x))
        keys = self._rotated("k", KEYS, self._projection("k", KEYS, x))
        values = self._projection("v", KEYS, x)
        scores = blocks.attend(f"{p}scores", "bthgd,bshd->bhgts", queries, keys, self._cache("k"), scaled=True)
        scores = blocks.vector(f"{p}softmax", "Softmax", "bhgts", (scores,), added=self._masks)
        context = blocks.attend(f"{p}context", "bhgts,bshd->bthgd", scores, values, self._cache("v"), scaled=False)
        if model.sub_norm:
            context = blocks.norm(f"{p}context_norm", model.norm, HEADS, "hgd", context)
        return blocks.linear(f"{p}o", "bthgd,hgde->bte", context, bias="e" * model.out_bias)

    @property
    def _masks(self) -> int:
        """Additions to each score before the softmax: the causal mask, and ALiBi's slope."""
        return self.model.causal + self.model.alibi

    def _projection(self, name: str, axes: str, x: str) -> str:
        width = axes.removeprefix("bt")
        bias = width if self.model.qkv_bias else ""
        made = self._kept if name != "q" and not (name == "k" and self.model.rotary) else Role.ACTIVATION
        return self.blocks.linear(f"{self.prefix}{name}", f"bte,e{width}->{axes}", x, bias, made)

    def _rotated(self, name: str, axes: str, x: str) -> str:
        if not self.model.rotary:
            return x
        made = self._kept if name == "k" else Role.ACTIVATION
        return self.blocks.vector(f"{self.prefix}{name}_rotary", "Rotary", axes, (x,), made=made)

    @property
    def _kept(self) -> Role:
        """New keys and values of a causal model are handed outside: they become the KV cache."""
        return Role.OUTPUT if self.model.causal else Role.ACTIVATION

    def _cache(self, name: str) -> str | None:
        """The keys or values of earlier tokens."""
        if not self.run.cached:
            return None
        return self.blocks.tensor(f"{self.prefix}{name}_cache", "bchd", Role.INPUT)

    def _mlp(self, x: str) -> str:
        p, model, blocks = self.prefix, self.model, self.blocks
        bias = "f" if model.mlp_bias else ""
        inner = blocks.linear(f"{p}gate" if model.gated else f"{p}up", "bte,ef->btf", x, bias)
        inner = blocks.vector(f"{p}{model.activation}", model.activation, "btf", (inner,))
        if model.gated:
            up = blocks.linear(f"{p}up", "bte,ef->btf", x, bias)
            inner = blocks.vector(f"{p}gated", "Mul", "btf", (inner, up))
        if model.sub_norm:
            inner = blocks.norm(f"{p}mlp_inner_norm", model.norm, "btf", "f", inner)
        return blocks.linear(f"{p}down", "btf,fe->bte", inner, bias="e" * model.mlp_bias)
