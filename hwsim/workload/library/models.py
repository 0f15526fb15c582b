"""Transformers of the library, each from the TOML file in ``configs`` that bears its name."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from hwsim.workload.graph import Workload
from hwsim.workload.library.entry import Entry
from hwsim.workload.llm.network import transformer_workload
from hwsim.workload.llm.run import DECODER_FIELDS, ENCODER_FIELDS, IMAGE_FIELDS


def decoder(name: str, summary: str) -> Entry:
    """A causal language model."""
    return _entry(name, summary, DECODER_FIELDS)


def encoder(name: str, summary: str) -> Entry:
    """A model that reads all tokens of a text at once."""
    return _entry(name, summary, ENCODER_FIELDS)


def image_encoder(name: str, summary: str) -> Entry:
    """A model whose tokens are the patches of an image."""
    return _entry(name, summary, IMAGE_FIELDS)


def _entry(name: str, summary: str, fields: Mapping[str, object]) -> Entry:
    def make(given: Mapping[str, object]) -> Workload:
        return transformer_workload(name, model_file(name)["config"], given)

    return Entry(name, summary, fields, make)


def model_file(name: str) -> dict[str, Any]:
    """The model's file: ``source``, ``parameters`` (as published, by ``counted_by``) and ``config``."""
    text = files("hwsim.workload.library.configs").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
