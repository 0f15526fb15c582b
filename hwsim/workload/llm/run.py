"""How a transformer is run: the fields after a model's name, ``phase=decode,batch=8,seq=2048``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum

from hwsim.errors import SpecError, WorkloadError
from hwsim.formats import Format, parse_format
from hwsim.spec import read_fields
from hwsim.workload.llm.config import Transformer


class Phase(Enum):
    """Which tokens are computed."""

    PREFILL = "prefill"
    """all ``seq`` tokens of each sequence at once"""
    DECODE = "decode"
    """the last one of ``seq`` tokens; the others are in the KV cache"""


class Logits(Enum):
    """For which of the computed tokens the head is computed."""

    LAST = "last"
    ALL = "all"
    NONE = "none"


ENGINE = "engine"
"""stands for "the format that the engine has" """


@dataclass(frozen=True, slots=True)
class Run:
    """Sizes of one run; ``layers=0`` means all, and a shorter model shortens the default ``seq``.

    ``cache`` counts tokens that are in the KV cache before a prefill; ``a`` and ``w`` are formats of activations and
    weights.
    """

    phase: Phase = Phase.PREFILL
    batch: int = 1
    seq: int = 512
    cache: int = 0
    layers: int = 0
    logits: Logits = Logits.LAST
    a: str = ENGINE
    w: str = ENGINE

    @property
    def tokens(self) -> int:
        """Tokens computed in each sequence."""
        return 1 if self.phase is Phase.DECODE else self.seq

    @property
    def cached(self) -> int:
        """Tokens of each sequence whose keys and values are read from memory."""
        return self.seq - 1 if self.phase is Phase.DECODE else self.cache

    @property
    def keys(self) -> int:
        """Keys that a token attends to."""
        return self.cached + self.tokens

    @property
    def formats(self) -> tuple[Format | None, Format | None]:
        """Formats of activations and weights; None leaves one to the engine."""
        return _format(self.a), _format(self.w)


def _format(text: str) -> Format | None:
    return None if text == ENGINE else parse_format(text)


DECODER_FIELDS: Mapping[str, object] = {f.name: f.default for f in fields(Run)}
ENCODER_FIELDS = {key: value for key, value in DECODER_FIELDS.items() if key not in ("phase", "cache")}
IMAGE_FIELDS = {key: value for key, value in ENCODER_FIELDS.items() if key != "seq"}
"""Fields and defaults; an encoder has no decode phase and no KV cache, and an image tells its number of tokens."""


def fields_of(model: Transformer) -> Mapping[str, object]:
    """The fields of a run that this model has, with their defaults."""
    if model.patches:
        return IMAGE_FIELDS
    return DECODER_FIELDS if model.causal else ENCODER_FIELDS


def run_of(model: Transformer, given: Mapping[str, object]) -> Run:
    """Return the run that ``given`` describes, checked against the model.

    Raises SpecError for an unknown field or a value of the wrong kind, WorkloadError for one that the model lacks.
    """
    run = Run(**read_fields(model.name, given, fields_of(model)))
    if "seq" not in given and model.positions:
        run = replace(run, seq=model.positions if model.patches else min(run.seq, model.positions))
    _check_formats(model, run)
    for key in ("batch", "seq"):
        _check(model, key, getattr(run, key), 1)
    for key in ("cache", "layers"):
        _check(model, key, getattr(run, key), 0)
    if run.layers > model.layers:
        raise WorkloadError(f"{model.name} has {model.layers} layers, not {run.layers}")
    if run.phase is Phase.DECODE and run.cache:
        raise WorkloadError(f"{model.name}: cache is a field of prefill; in decode, seq - 1 tokens are in the cache")
    if model.positions and run.keys > model.positions:
        raise WorkloadError(f"{model.name} has {model.positions} positions; {run.keys} tokens do not fit")
    return run


def _check(model: Transformer, key: str, value: int, least: int) -> None:
    if value < least:
        raise WorkloadError(f"{model.name}: {key} is {value}; allowed is a whole number from {least} up")


def _check_formats(model: Transformer, run: Run) -> None:
    for key in ("a", "w"):
        try:
            _format(getattr(run, key))
        except SpecError as error:
            raise SpecError(f"{model.name}: {key}: {error}, or {ENGINE!r}") from None


def name_of(model: Transformer, given: Mapping[str, object]) -> str:
    """The workload's name: the model's, and the fields that were given."""
    text = ",".join(f"{key}={value}" for key, value in given.items())
    return f"{model.name}:{text}" if text else model.name
