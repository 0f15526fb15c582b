"""A transformer of any family as one checked record, with its parameter count in closed form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from hwsim.errors import WorkloadError, nearest

ACTIVATIONS: Mapping[str, int] = {
    "relu": 1,
    "relu2": 2,
    "silu": 5,  # negate, exp, add, divide, multiply
    "swish": 5,
    "gelu": 5,  # divide, erf, add, multiply, halve
    "gelu_new": 9,  # the form with tanh and a cube
    "gelu_fast": 9,
    "gelu_pytorch_tanh": 9,
}
"""Activation functions by their names in configurations, and the elementary operations of one evaluation."""


class Norm(Enum):
    """How a vector is normalised; the value is the operator's name."""

    LAYER = "LayerNorm"
    RMS = "RMSNorm"

    @property
    def vectors(self) -> int:
        """Parameter vectors of the vector's width: gain and bias, or gain alone."""
        return 2 if self is Norm.LAYER else 1


class Head(Enum):
    """What follows the last layer."""

    LANGUAGE = "language"
    """a logit for each word of the vocabulary"""
    POOLER = "pooler"
    """a projection of the first token, with tanh"""
    CLASSIFIER = "classifier"
    """a logit for each label, from the first token"""


@dataclass(frozen=True, slots=True)
class Patches:
    """A square image of ``channels`` channels cut into squares of side ``patch``; each becomes a token."""

    image: int
    patch: int
    channels: int

    @property
    def side(self) -> int:
        """Patches along one side of the image."""
        return self.image // self.patch


@dataclass(frozen=True, slots=True)
class Transformer:
    """Widths in elements; ``positions`` is 0 where positions are not learned, ``vocab`` is 0 where images enter.

    ``hidden`` is the width of the residual stream, ``embedding`` that of the token table, ``ffn`` that of the MLP.
    ``position_rows`` counts the rows of the position table (OPT's has two that no token uses).
    """

    name: str
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    ffn: int
    activation: str
    norm: Norm
    head: Head
    causal: bool
    vocab: int = 0
    embedding: int = 0
    positions: int = 0
    position_rows: int = 0
    segments: int = 0
    labels: int = 0
    patches: Patches | None = None
    gated: bool = False
    rotary: bool = False
    alibi: bool = False
    tied: bool = False
    pre_norm: bool = True
    embedding_norm: bool = False
    final_norm: bool = True
    sub_norm: bool = False
    qkv_bias: bool = False
    out_bias: bool = False
    mlp_bias: bool = False

    def __post_init__(self) -> None:
        for name in ("hidden", "layers", "heads", "kv_heads", "head_dim", "ffn"):
            if getattr(self, name) < 1:
                raise WorkloadError(f"{self.name}: {name} must be at least 1, not {getattr(self, name)}")
        if self.activation not in ACTIVATIONS:
            known = nearest(self.activation, ACTIVATIONS)
            raise WorkloadError(
                f"{self.name}: activation {self.activation!r} is not known{known}; known are {', '.join(ACTIVATIONS)}"
            )
        if self.heads % self.kv_heads:
            raise WorkloadError(f"{self.name}: {self.heads} heads do not divide into {self.kv_heads} groups")
        if self.patches and self.patches.image % self.patches.patch:
            raise WorkloadError(
                f"{self.name}: an image of side {self.patches.image} does not divide "
                f"into patches of side {self.patches.patch}"
            )

    @property
    def group(self) -> int:
        """Query heads that share the keys and values of one head."""
        return self.heads // self.kv_heads

    @property
    def projected(self) -> bool:
        """Whether the token table is narrower (or wider) than the residual stream."""
        return bool(self.vocab) and self.embedding != self.hidden

    @property
    def parameters(self) -> int:
        """Weights, biases, gains and tables of the whole model."""
        return self.layers * self._layer_parameters + self._embedding_parameters + self._head_parameters

    @property
    def _layer_parameters(self) -> int:
        queries, keys = self.heads * self.head_dim, self.kv_heads * self.head_dim
        attention = 2 * self.hidden * (queries + keys)
        biases = self.qkv_bias * (queries + 2 * keys) + self.out_bias * self.hidden
        mlp = (2 + self.gated) * self.hidden * self.ffn
        mlp += self.mlp_bias * ((1 + self.gated) * self.ffn + self.hidden)
        norms = 2 * self.hidden + self.sub_norm * (queries + self.ffn)
        return attention + biases + mlp + self.norm.vectors * norms

    @property
    def _embedding_parameters(self) -> int:
        tables = self.vocab * self.embedding + (self.position_rows + self.segments) * self.hidden
        norms = self.norm.vectors * self.hidden * (self.embedding_norm + self.final_norm)
        projections = 2 * self.embedding * self.hidden * self.projected
        if not self.patches:
            return tables + norms + projections
        pixels = self.patches.channels * self.patches.patch**2
        return tables + norms + pixels * self.hidden + 2 * self.hidden  # patch bias, class token

    @property
    def _head_parameters(self) -> int:
        if self.head is Head.LANGUAGE:
            return 0 if self.tied else self.vocab * self.embedding
        return (self.hidden + 1) * (self.hidden if self.head is Head.POOLER else self.labels)
