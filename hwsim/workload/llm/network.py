"""Transformers as workloads: prefill or decode of a model that its ``config.json`` fields describe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hwsim.formats import INT32
from hwsim.workload.building import WorkloadBuilder
from hwsim.workload.convolution import Axis, Convolution
from hwsim.workload.graph import Workload
from hwsim.workload.llm.blocks import Blocks
from hwsim.workload.llm.config import Head, Patches, Transformer
from hwsim.workload.llm.families import transformer
from hwsim.workload.llm.layers import Layer
from hwsim.workload.llm.run import ENGINE, Logits, Phase, Run, name_of, run_of
from hwsim.workload.lowering import STORED
from hwsim.workload.tensor import Role

DENSE = "attention is dense: every query meets every key, and a mask saves nothing"
SEPARATE = "queries, keys and values are projected by one product each, also where a checkpoint stores them as one"
GROUPED = "query heads that share keys and values are rows of one product, so that these are read once for a group"
CACHE = "keys and values of earlier tokens are read from the KV cache in place; those of new tokens are handed to it"
ROWS = "of an embedding table only the rows of the given tokens and positions are read"
LAST = "logits are computed for the last token of each sequence"


def transformer_workload(name: str, config: Mapping[str, Any], given: Mapping[str, object]) -> Workload:
    """Return the workload of a model: its ``config.json`` fields, and the fields of the run (``seq=..,batch=..``).

    Raises WorkloadError or SpecError, with the model's name, for a field of either that is not allowed.
    """
    model = transformer(name, config)
    run = run_of(model, given)
    builder = WorkloadBuilder(name_of(model, given))
    blocks = Blocks(builder, _lengths(model, run), *run.formats)
    x = _image(blocks, model.patches, model.hidden) if model.patches else _tokens(blocks, model)
    if model.embedding_norm:
        x = blocks.norm("embedding_norm", model.norm, "bte", "e", x)
    for index in range(run.layers or model.layers):
        x = Layer(f"layer{index}.", model, run, blocks).add(x)
    if run.logits is not Logits.NONE:
        _head(blocks, model, run, x)
    return builder.build(_assumptions(model, run))


def _lengths(model: Transformer, run: Run) -> dict[str, int]:
    """Lengths of the axes; a letter whose length would be 0 names no tensor."""
    return {
        "b": run.batch,
        "t": run.tokens,
        "c": run.cached,
        "s": run.keys,
        "o": run.tokens if run.logits is Logits.ALL and model.head is Head.LANGUAGE else 1,
        "e": model.hidden,
        "h": model.kv_heads,
        "g": model.group,
        "d": model.head_dim,
        "f": model.ffn,
        "w": model.embedding,
        "x": model.hidden,
        "v": model.vocab or model.labels,
    }


def _tokens(blocks: Blocks, model: Transformer) -> str:
    """Embed tokens: their rows of the table, brought to the width of the residual stream, plus positions, segments."""
    width = "w" if model.projected else "e"
    ids = blocks.tensor("token_ids", "bt", Role.INPUT, INT32)
    x = blocks.move("embed", "Gather", f"bt{width}", (ids, blocks.tensor("token_rows", f"bt{width}", Role.INPUT)))
    if model.projected:
        x = blocks.linear("project_in", "btw,we->bte", x)
    added = [blocks.tensor("position_rows", "te", Role.INPUT)] if model.positions else []
    if model.segments:
        added.append(blocks.tensor("segment_rows", "bte", Role.INPUT))
    return blocks.vector("embed_add", "Add", "bte", (x, *added), added=len(added) - 1) if added else x


def _image(blocks: Blocks, patches: Patches, hidden: int) -> str:
    """Embed an image: a convolution with stride of one patch, a class token in front, plus positions."""
    axis = Axis(patches.image, patches.side, patches.patch, stride=patches.patch)
    (images,) = blocks.shape("b")
    cut = blocks.convolve("patches", Convolution(images, patches.channels, hidden, (axis, axis)))
    start = blocks.tensor("class_token", "e", Role.PARAMETER)
    return blocks.vector("embed_add", "Add", "bte", (cut, start, blocks.weight("position_table", "te")))


def _head(blocks: Blocks, model: Transformer, run: Run, x: str) -> None:
    if model.final_norm:
        x = blocks.norm("final_norm", model.norm, "bte", "e", x)
    if blocks.shape("o") != blocks.shape("t"):
        x = blocks.move("select", "Slice", "boe", (x,))
    if model.head is Head.LANGUAGE:
        _language_head(blocks, model, x)
    elif model.head is Head.POOLER:
        x = blocks.linear("pooler", "boe,ex->box", x, bias="x")
        blocks.vector("pooler_tanh", "tanh", "box", (x,))
    else:
        blocks.linear("classifier", "boe,ev->bov", x, bias="v")


def _language_head(blocks: Blocks, model: Transformer, x: str) -> None:
    if model.projected:
        x = blocks.linear("project_out", "boe,ew->bow", x)
    width = "w" if model.projected else "e"
    table = blocks.weight("token_table" if model.tied else "lm_head.weight", f"v{width}")
    blocks.project("lm_head", f"bo{width},v{width}->bov", x, table)


def _assumptions(model: Transformer, run: Run) -> list[str]:
    said = {
        DENSE: True,
        SEPARATE: True,
        GROUPED: model.group > 1,
        CACHE: model.causal,
        ROWS: model.patches is None,
        LAST: model.head is Head.LANGUAGE and run.logits is Logits.LAST and run.phase is Phase.PREFILL,
        STORED: ENGINE in (run.a, run.w),
    }
    return [text for text, holds in said.items() if holds]
