"""Small transformers of several families, as their configurations describe them."""

from __future__ import annotations

from typing import Any

from hwsim.workload.graph import Workload
from hwsim.workload.llm.network import transformer_workload

LLAMA = {
    "model_type": "llama",
    "hidden_size": 12,
    "intermediate_size": 20,
    "num_hidden_layers": 2,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "vocab_size": 50,
}
GPT2 = {"model_type": "gpt2", "n_embd": 8, "n_layer": 3, "n_head": 2, "n_positions": 64, "vocab_size": 30}
BERT = {
    "model_type": "bert",
    "hidden_size": 8,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "vocab_size": 30,
    "max_position_embeddings": 64,
}
VIT = {
    "model_type": "vit",
    "hidden_size": 8,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "image_size": 8,
    "patch_size": 4,
    "num_labels": 5,
}
OPT_NARROW = {
    "model_type": "opt",
    "hidden_size": 8,
    "ffn_dim": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "vocab_size": 30,
    "max_position_embeddings": 64,
    "word_embed_proj_dim": 4,
    "do_layer_norm_before": False,
}
BLOOM = {"model_type": "bloom", "hidden_size": 8, "n_layer": 1, "n_head": 2, "vocab_size": 30}


def make(config: dict[str, Any], **fields: object) -> Workload:
    return transformer_workload("model", config, fields)
