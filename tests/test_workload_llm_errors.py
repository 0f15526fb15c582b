"""Mistakes in configurations and runs of transformers get one sentence."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hwsim.errors import HwsimError
from hwsim.workload.llm.config import ACTIVATIONS
from hwsim.workload.llm.families import FAMILIES
from small_transformers import BERT, GPT2, LLAMA, VIT, make

BAD_RUNS = [
    (GPT2, {"seq": 65}, "model has 64 positions; 65 tokens do not fit"),
    (GPT2, {"seq": 60, "cache": 5}, "model has 64 positions; 65 tokens do not fit"),
    (GPT2, {"seq": 0}, "model: seq is 0; allowed is a whole number from 1 up"),
    (GPT2, {"cache": -1}, "model: cache is -1; allowed is a whole number from 0 up"),
    (GPT2, {"layers": 4}, "model has 3 layers, not 4"),
    (GPT2, {"phase": "train"}, "model: phase=train is not one of prefill, decode"),
    (
        GPT2,
        {"phase": "decode", "cache": 3},
        "model: cache is a field of prefill; in decode, seq - 1 tokens are in the cache",
    ),
    (
        GPT2,
        {"seqs": 3},
        "model has no field 'seqs' (did you mean 'seq'?); "
        "its fields are phase, batch, seq, cache, layers, logits, a, w",
    ),
    (BERT, {"phase": "decode"}, "model has no field 'phase'; its fields are batch, seq, layers, logits, a, w"),
    (VIT, {"seq": 5}, "model has no field 'seq'; its fields are batch, layers, logits, a, w"),
    (
        GPT2,
        {"w": "int3x"},
        "model: w: unknown format 'int3x': a format is intN, uintN or one of "
        "bf16, fp16, fp32, fp64, fp8e4m3, fp8e5m2, or 'engine'",
    ),
]
BAD_CONFIGS = [
    (
        {"model_type": "lama"},
        "model: model_type 'lama' is not known (did you mean 'llama'?); known are " + ", ".join(FAMILIES),
    ),
    ({"model_type": "gpt2"}, "model: no field 'hidden_size', which model_type 'gpt2' needs"),
    (GPT2 | {"n_layer": 0}, "model: num_hidden_layers is 0; allowed is a whole number from 1 up"),
    (GPT2 | {"n_embd": 8.5}, "model: hidden_size is 8.5; allowed is a whole number from 1 up"),
    (LLAMA | {"attention_bias": 1}, "model: attention_bias is 1; allowed are true and false"),
    (LLAMA | {"num_key_value_heads": 4}, "model: 6 heads do not divide into 4 groups"),
    (VIT | {"patch_size": 3}, "model: an image of side 8 does not divide into patches of side 3"),
    (
        LLAMA | {"hidden_act": "sillu"},
        "model: activation 'sillu' is not known (did you mean 'silu'?); known are " + ", ".join(ACTIVATIONS),
    ),
]


@pytest.mark.parametrize(
    ("config", "fields", "message"), [*BAD_RUNS, *((config, {}, message) for config, message in BAD_CONFIGS)]
)
def test_mistakes_get_one_sentence(config: dict[str, Any], fields: dict[str, object], message: str) -> None:
    with pytest.raises(HwsimError, match=f"^{re.escape(message)}$"):
        make(config, **fields)
