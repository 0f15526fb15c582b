"""From the fields of a model's ``config.json`` to a Transformer: one reader for each ``model_type``.

Field names and their defaults are those of the Hugging Face ``transformers`` configurations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hwsim.errors import WorkloadError, nearest
from hwsim.workload.llm.config import Head, Norm, Patches, Transformer


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration with its name in errors; a field is read by its name or an older one."""

    name: str
    fields: Mapping[str, Any]

    def whole(self, *keys: str, default: int | None = None) -> int:
        value = self._first(keys, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise WorkloadError(f"{self.name}: {keys[0]} is {value!r}; allowed is a whole number from 1 up")
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self._first((key,), default)
        if not isinstance(value, bool):
            raise WorkloadError(f"{self.name}: {key} is {value!r}; allowed are true and false")
        return value

    def word(self, *keys: str, default: str) -> str:
        return str(self._first(keys, default))

    def _first(self, keys: tuple[str, ...], default: object) -> object:
        found = next((self.fields[key] for key in keys if self.fields.get(key) is not None), default)
        if found is None:
            raise WorkloadError(f"{self.name}: no field {keys[0]!r}, which model_type {self.model_type!r} needs")
        return found

    @property
    def model_type(self) -> str:
        return str(self.fields.get("model_type"))


def transformer(name: str, fields: Mapping[str, Any]) -> Transformer:
    """Return the transformer that a ``config.json`` describes; ``name`` is the model's, or the file's.

    Raises WorkloadError for an unknown ``model_type`` and for a field that is missing or no number.
    """
    config = Config(name, fields)
    if config.model_type not in FAMILIES:
        known = ", ".join(FAMILIES)
        raise WorkloadError(
            f"{name}: model_type {config.model_type!r} is not known{nearest(config.model_type, FAMILIES)}; "
            f"known are {known}"
        )
    return FAMILIES[config.model_type](config)


def _common(config: Config) -> dict[str, Any]:
    """Sizes that every family has, under the names of its time."""
    hidden = config.whole("hidden_size", "n_embd", "n_embed")
    heads = config.whole("num_attention_heads", "n_head")
    return {
        "name": config.name,
        "hidden": hidden,
        "layers": config.whole("num_hidden_layers", "n_layer"),
        "heads": heads,
        "kv_heads": config.whole("num_key_value_heads", default=heads),
        "head_dim": config.whole("head_dim", default=max(hidden // heads, 1)),
    }


def _biased() -> dict[str, Any]:
    return {"qkv_bias": True, "out_bias": True, "mlp_bias": True}


def _language(config: Config, hidden: int, tied: bool) -> dict[str, Any]:
    return {
        "vocab": config.whole("vocab_size"),
        "embedding": config.whole("word_embed_proj_dim", default=hidden),
        "head": Head.LANGUAGE,
        "causal": True,
        "tied": config.flag("tie_word_embeddings", tied),
    }


def _llama(config: Config, qkv_bias: bool = False, sub_norm: bool = False) -> Transformer:
    common = _common(config)
    biased = config.flag("attention_bias", False)
    return Transformer(
        **common,
        **_language(config, common["hidden"], tied=False),
        ffn=config.whole("intermediate_size"),
        activation=config.word("hidden_act", default="silu"),
        norm=Norm.RMS,
        gated=True,
        rotary=True,
        sub_norm=sub_norm,
        qkv_bias=biased or qkv_bias,
        out_bias=biased,
        mlp_bias=config.flag("mlp_bias", False),
    )


def _qwen2(config: Config) -> Transformer:
    return _llama(config, qkv_bias=True)


def _bitnet(config: Config) -> Transformer:
    return _llama(config, sub_norm=True)


def _gpt2(config: Config) -> Transformer:
    common = _common(config)
    positions = config.whole("n_positions", "max_position_embeddings")
    return Transformer(
        **common,
        **_language(config, common["hidden"], tied=True),
        **_biased(),
        ffn=config.whole("n_inner", default=4 * common["hidden"]),
        activation=config.word("activation_function", default="gelu_new"),
        norm=Norm.LAYER,
        positions=positions,
        position_rows=positions,
    )


def _opt(config: Config) -> Transformer:
    common = _common(config)
    positions = config.whole("max_position_embeddings")
    pre_norm = config.flag("do_layer_norm_before", True)
    return Transformer(
        **common,
        **_language(config, common["hidden"], tied=True),
        **_biased(),
        ffn=config.whole("ffn_dim"),
        activation=config.word("activation_function", default="relu"),
        norm=Norm.LAYER,
        positions=positions,
        position_rows=positions + 2,
        pre_norm=pre_norm,
        final_norm=pre_norm,
    )


def _bloom(config: Config) -> Transformer:
    common = _common(config)
    return Transformer(
        **common,
        **_language(config, common["hidden"], tied=True),
        **_biased(),
        ffn=4 * common["hidden"],
        activation="gelu_new",
        norm=Norm.LAYER,
        alibi=True,
        embedding_norm=True,
    )


def _bert(config: Config) -> Transformer:
    common = _common(config)
    positions = config.whole("max_position_embeddings")
    return Transformer(
        **common,
        **_biased(),
        ffn=config.whole("intermediate_size"),
        activation=config.word("hidden_act", default="gelu"),
        norm=Norm.LAYER,
        head=Head.POOLER,
        causal=False,
        vocab=config.whole("vocab_size"),
        embedding=common["hidden"],
        positions=positions,
        position_rows=positions,
        segments=config.whole("type_vocab_size", default=2),
        pre_norm=False,
        embedding_norm=True,
        final_norm=False,
    )


def _vit(config: Config) -> Transformer:
    patches = Patches(config.whole("image_size"), config.whole("patch_size"), config.whole("num_channels", default=3))
    tokens = patches.side**2 + 1
    return Transformer(
        **_common(config),
        ffn=config.whole("intermediate_size"),
        activation=config.word("hidden_act", default="gelu"),
        norm=Norm.LAYER,
        head=Head.CLASSIFIER,
        causal=False,
        patches=patches,
        positions=tokens,
        position_rows=tokens,
        labels=config.whole("num_labels", default=len(config.fields.get("id2label", ())) or None),
        qkv_bias=config.flag("qkv_bias", True),
        out_bias=True,
        mlp_bias=True,
    )


FAMILIES: Mapping[str, Callable[[Config], Transformer]] = {
    "llama": _llama,
    "mistral": _llama,
    "qwen2": _qwen2,
    "bitnet": _bitnet,
    "gpt2": _gpt2,
    "opt": _opt,
    "bloom": _bloom,
    "bert": _bert,
    "vit": _vit,
}
