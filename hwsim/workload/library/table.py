"""The library: every workload that has a name, in one table."""

from __future__ import annotations

from collections.abc import Mapping

from hwsim.workload.library.entry import Entry
from hwsim.workload.library.models import decoder, encoder, image_encoder
from hwsim.workload.library.networks import BUILT, encoder_decoder
from hwsim.workload.library.zoo import zoo_entry

WORKLOADS: Mapping[str, Entry] = {
    entry.name: entry
    for entry in (
        zoo_entry(
            "alexnet", "light_bvlc_alexnet.onnx", "AlexNet with grouped convolutions (Caffe's), 224 x 224 images"
        ),
        zoo_entry("densenet121", "light_densenet121.onnx", "DenseNet-121, 224 x 224 images"),
        zoo_entry("inception-v1", "light_inception_v1.onnx", "Inception v1 (GoogLeNet), 224 x 224 images"),
        zoo_entry("inception-v2", "light_inception_v2.onnx", "Inception v2, 224 x 224 images"),
        zoo_entry("resnet50", "light_resnet50.onnx", "ResNet-50, 224 x 224 images"),
        zoo_entry("shufflenet", "light_shufflenet.onnx", "ShuffleNet v1, grouped and depthwise convolutions"),
        zoo_entry("squeezenet", "light_squeezenet.onnx", "SqueezeNet 1.0, 224 x 224 images"),
        zoo_entry("vgg19", "light_vgg19.onnx", "VGG-19, 224 x 224 images"),
        zoo_entry("zfnet512", "light_zfnet512.onnx", "ZFNet-512, 224 x 224 images"),
        *BUILT,
        encoder_decoder("transformer", "The Transformer of Vaswani et al., base, 44 M parameters without embeddings"),
        decoder("gpt2-small", "GPT-2 small, 124 M parameters"),
        decoder("gpt2-medium", "GPT-2 medium, 355 M parameters"),
        decoder("gpt2-large", "GPT-2 large, 774 M parameters"),
        decoder("gpt2-xl", "GPT-2 XL, 1.6 G parameters"),
        encoder("bert-base", "BERT base, 110 M parameters"),
        encoder("bert-large", "BERT large, 335 M parameters"),
        image_encoder("vit-b-16", "ViT-B/16, 224 x 224 images, 87 M parameters"),
        image_encoder("vit-l-16", "ViT-L/16, 224 x 224 images, 304 M parameters"),
        decoder("openllama-3b", "OpenLLaMA 3B"),
        decoder("llama2-7b", "Llama 2 7B"),
        decoder("llama2-13b", "Llama 2 13B"),
        decoder("llama2-70b", "Llama 2 70B, grouped-query attention"),
        decoder("llama3-8b", "Llama 3 8B, grouped-query attention"),
        decoder("opt-125m", "OPT 125M"),
        decoder("opt-350m", "OPT 350M, narrow embedding"),
        decoder("opt-1.3b", "OPT 1.3B"),
        decoder("opt-2.7b", "OPT 2.7B"),
        decoder("opt-6.7b", "OPT 6.7B"),
        decoder("opt-13b", "OPT 13B"),
        decoder("opt-30b", "OPT 30B"),
        decoder("opt-66b", "OPT 66B"),
        decoder("opt-175b", "OPT 175B"),
        decoder("bloom-176b", "BLOOM 176B, ALiBi"),
        decoder("bitnet-b1.58-3b", "BitNet b1.58 3B; w=int2 stores its ternary weights"),
    )
}

ALIASES: Mapping[str, str] = {"bvlc-alexnet": "alexnet", "googlenet": "inception-v1", "pnasnet5": "pnasnet-5"}
"""Other names of entries; ``_`` and ``-`` are the same in all names."""


def find_entry(name: str) -> Entry | None:
    """The entry called ``name``, whatever its case and its dashes."""
    plain = name.lower().replace("_", "-")
    return WORKLOADS.get(ALIASES.get(plain, plain))
