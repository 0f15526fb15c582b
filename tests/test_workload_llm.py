"""Transformers: products and parameters against formulas by hand, values of an attention, phases, bytes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.formats import IntFormat
from hwsim.workload.graph import Workload
from hwsim.workload.im2col import operands, result
from hwsim.workload.llm.blocks import OPS_PER_ELEMENT
from hwsim.workload.llm.families import transformer
from hwsim.workload.llm.network import CACHE, GROUPED, LAST, ROWS, STORED
from hwsim.workload.onnx_import.vector import COSTS
from hwsim.workload.operator import Kind, Operator, Product
from hwsim.workload.tensor import Role
from small_transformers import BERT, BLOOM, GPT2, LLAMA, OPT_NARROW, VIT, make

SIZES = st.integers(1, 9)


def operator(workload: Workload, name: str) -> Operator:
    return next(o for o in workload.operators if o.name == name)


def product(workload: Workload, name: str) -> Product:
    found = operator(workload, name).product
    assert found is not None
    return found


@settings(max_examples=20, deadline=None)
@given(batch=SIZES, seq=SIZES)
def test_prefill_of_gpt2_by_hand(batch: int, seq: int) -> None:
    h, layers, vocab = 8, 3, 30
    per_layer = 4 * h * h * seq + 8 * h * h * seq + 2 * seq * seq * h  # attention weights, MLP, scores and context
    assert make(GPT2, batch=batch, seq=seq).macs == batch * (layers * per_layer + vocab * h)
    assert make(GPT2, batch=batch, seq=seq, logits="all").macs == batch * (layers * per_layer + seq * vocab * h)
    assert make(GPT2, batch=batch, seq=seq, logits="none").macs == batch * layers * per_layer


@settings(max_examples=20, deadline=None)
@given(batch=SIZES, seq=SIZES, layers=st.integers(1, 2))
def test_decode_of_llama_by_hand(batch: int, seq: int, layers: int) -> None:
    h, heads, kv, d, f = 12, 6, 2, 2, 20
    weights = h * heads * d + 2 * h * kv * d + heads * d * h + 3 * h * f
    attention = 2 * heads * seq * d
    workload = make(LLAMA, phase="decode", batch=batch, seq=seq, layers=layers, logits="none")
    assert workload.macs == batch * layers * (weights + attention)
    cached = sum(t.bytes(8) for t in workload.tensors.values() if t.name.endswith("_cache"))
    assert cached == layers * 2 * batch * kv * d * (seq - 1)


def test_published_sizes_of_gpt2_small_by_hand() -> None:
    config = {
        "model_type": "gpt2",
        "n_embd": 768,
        "n_layer": 12,
        "n_head": 12,
        "n_positions": 1024,
        "vocab_size": 50257,
    }
    workload = make(config, seq=1024)
    one_layer = [o.product.gemm.macs for o in workload.operators if o.product and o.name.startswith("layer0.")]
    assert sum(one_layer) == 12 * 768**2 * 1024 + 2 * 1024**2 * 768
    assert workload.macs == 12 * sum(one_layer) + 50257 * 768
    assert transformer("gpt2", config).parameters == 124_439_808


@settings(max_examples=20, deadline=None)
@given(seq=st.integers(2, 9), batch=SIZES)
def test_decode_is_a_prefill_of_one_token_after_a_cache(seq: int, batch: int) -> None:
    decode = make(LLAMA, phase="decode", seq=seq, batch=batch)
    prefill = make(LLAMA, seq=1, cache=seq - 1, batch=batch)
    assert decode.operators == prefill.operators
    assert decode.tensors == prefill.tensors


@pytest.mark.parametrize("config", [LLAMA, GPT2, BERT, VIT, OPT_NARROW, BLOOM])
@settings(max_examples=10, deadline=None)
@given(batch=SIZES)
def test_products_grow_with_the_batch(config: dict[str, Any], batch: int) -> None:
    seq = {} if config is VIT else {"seq": 5}
    assert make(config, batch=batch, **seq).macs == batch * make(config, **seq).macs


def test_grouped_queries_are_rows_of_one_product() -> None:
    scores, context = (product(make(LLAMA, seq=7, batch=3), f"layer0.{name}") for name in ("scores", "context"))
    g = scores.gemm
    assert (g.batch, g.m, g.n, g.k) == (3 * 2, 3 * 7, 7, 2)  # sequences * key heads; group * tokens
    g = context.gemm
    assert (g.batch, g.m, g.n, g.k) == (3 * 2, 3 * 7, 2, 7)
    assert (scores.a_shared, scores.b_shared, context.b_shared) == (False, False, False)
    assert scores.b_elements * scores.gemm.batch == 3 * 7 * 2 * 2  # every key once
    assert GROUPED in make(LLAMA).assumptions


def test_an_attention_computes_its_values() -> None:
    workload = make(LLAMA, seq=5, batch=2)
    rng = np.random.default_rng(0)
    q, k, p = (rng.integers(-9, 9, shape) for shape in ((2, 5, 2, 3, 2), (2, 5, 2, 2), (2, 2, 3, 5, 5)))
    for name, a, equation in (("scores", q, "bthgd,bshd->bhgts"), ("context", p, "bhgts,bshd->bthgd")):
        found = product(workload, f"layer0.{name}")
        assert found.geometry is not None
        assert workload.tensors[found.a].shape == a.shape
        left, right = operands(found.geometry, a, k)
        assert np.array_equal(result(found.geometry, left @ right), np.einsum(equation, a, k))


def test_a_decode_reads_cache_and_new_keys() -> None:
    workload = make(LLAMA, phase="decode", seq=9)
    scores = operator(workload, "layer0.scores")
    assert scores.inputs == ("layer0.q_rotary.out", "layer0.k_cache", "layer0.k_rotary.out")
    assert scores.product is not None
    assert scores.product.b == "layer0.k_cache"
    assert scores.product.b_elements == 9 * 2  # of one sequence and key head
    assert workload.tensors["layer0.k_cache"].shape == (1, 8, 2, 2)
    assert workload.tensors["layer0.k_cache"].role is Role.INPUT
    assert workload.tensors["layer0.k_rotary.out"].role is Role.OUTPUT
    assert workload.tensors["layer0.v.out"].role is Role.OUTPUT
    assert CACHE in workload.assumptions


def test_the_first_decode_has_no_cache() -> None:
    workload = make(LLAMA, phase="decode", seq=1)
    assert not [name for name in workload.tensors if name.endswith("_cache")]
    assert product(workload, "layer0.scores").geometry is not None


@pytest.mark.parametrize(
    "config",
    [
        LLAMA,
        GPT2,
        BERT,
        VIT,
        OPT_NARROW,
        BLOOM,
        LLAMA | {"model_type": "bitnet"},
        LLAMA | {"model_type": "qwen2", "tie_word_embeddings": True},
        LLAMA | {"attention_bias": True, "mlp_bias": True},
    ],
)
def test_the_graph_holds_the_parameters_of_the_closed_form(config: dict[str, Any]) -> None:
    model = transformer("model", config)
    workload = make(config, **({} if model.patches else {"seq": 4}))
    held = sum(tensor.elements for tensor in workload.tensors.values() if tensor.role is Role.PARAMETER)
    words = 0 if "token_table" in workload.tensors else model.vocab * model.embedding
    rows = 0 if model.patches else (model.position_rows + model.segments) * model.hidden
    assert held + words + rows == model.parameters


def test_new_tokens_alone_read_their_rows() -> None:
    workload = make(GPT2, seq=6, batch=2)
    assert workload.tensors["token_rows"].shape == (2, 6, 8)
    assert workload.tensors["position_rows"].shape == (6, 8)
    assert workload.tensors["token_table"].shape == (30, 8)  # the tied head reads all of it
    assert operator(workload, "embed").kind is Kind.MOVE
    assert {ROWS, LAST, STORED} <= set(workload.assumptions)


def test_the_head_reads_the_last_token_alone() -> None:
    select = operator(make(GPT2, seq=6, batch=2), "select")
    assert select.elements_read == {"final_norm.out": 2 * 8}
    assert "select" not in {o.name for o in make(GPT2, seq=6, logits="all").operators}
    assert "select" not in {o.name for o in make(GPT2, seq=6, phase="decode").operators}


def test_what_each_family_adds() -> None:
    names = {key: {o.name for o in make(config).operators} for key, config in (("bert", BERT), ("vit", VIT))}
    assert {"pooler", "pooler_tanh", "embedding_norm", "layer0.mlp_norm"} <= names["bert"]
    assert "final_norm" not in names["bert"]
    assert {"patches", "classifier", "final_norm"} <= names["vit"]
    narrow = make(OPT_NARROW, seq=3)
    assert {"project_in", "project_out"} <= {o.name for o in narrow.operators}
    assert narrow.tensors["token_table"].shape == (30, 4)
    inner = make(LLAMA | {"model_type": "bitnet"}, seq=3)
    assert inner.tensors["layer0.mlp_inner_norm.gain"].shape == (20,)
    assert inner.tensors["layer0.context_norm.gain"].elements == 12
    bloom, gpt2 = (operator(make(c, seq=4), "layer0.softmax").vector_ops for c in (BLOOM, GPT2))
    assert (bloom, gpt2) == (2 * 4 * 4 * (5 + 2), 2 * 4 * 4 * (5 + 1))  # ALiBi adds once more


def test_an_image_is_cut_into_tokens() -> None:
    workload = make(VIT, batch=2)
    patches = product(workload, "patches")
    assert (patches.gemm.m, patches.gemm.n, patches.gemm.k) == (2 * 4, 8, 3 * 4 * 4)
    assert workload.tensors["embed_add.out"].shape == (2, 5, 8)
    assert workload.tensors["classifier.out"].shape == (2, 1, 5)
    assert workload.tensors["classifier.out"].role is Role.OUTPUT


def test_formats_reach_tensors_and_products() -> None:
    workload = make(GPT2, seq=4, a="int4", w="int2")
    a, w = IntFormat(4), IntFormat(2)
    linear, attention = product(workload, "layer0.up"), product(workload, "layer0.scores")
    assert (linear.gemm.a, linear.gemm.w) == (a, w)
    assert (attention.gemm.a, attention.gemm.w) == (a, a)
    assert workload.tensors["layer0.up.weight"].bytes() == 8 * 32 * 2 // 8
    assert workload.tensors["layer0.up.out"].bytes() == 4 * 32 * 4 // 8
    assert STORED not in workload.assumptions
    default = make(GPT2, seq=4)
    assert product(default, "layer0.up").gemm.w is None
    assert default.tensors["layer0.up.weight"].format is None


def test_norms_and_activations_cost_what_their_onnx_operators_do() -> None:
    same = {"Add": "Add", "Mul": "Mul", "LayerNorm": "LayerNormalization", "RMSNorm": "RMSNormalization"}
    same |= {"Softmax": "Softmax", "relu": "Relu", "tanh": "Tanh", "gelu": "Gelu", "silu": "Swish", "swish": "Swish"}
    for ours, theirs in same.items():
        assert COSTS[theirs].words == f"{OPS_PER_ELEMENT[ours]} per output element"


@pytest.mark.parametrize("config", [LLAMA, GPT2, BERT, VIT])
def test_every_operator_has_its_work(config: dict[str, Any]) -> None:
    for found in make(config).operators:
        assert (found.vector_ops > 0) or found.kind is not Kind.VECTOR
        assert found.kind is not Kind.VIEW
