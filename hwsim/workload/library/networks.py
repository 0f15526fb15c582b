"""Networks that are built in code, layer by layer, from their published definitions."""

from __future__ import annotations

from collections.abc import Mapping

from hwsim.workload.graph import Workload
from hwsim.workload.library.entry import Entry
from hwsim.workload.llm.encoder_decoder import EncoderDecoderRun, encoder_decoder_workload
from hwsim.workload.nas.stack import NETWORKS, CellRun
from hwsim.workload.run_fields import defaults_of_run
from hwsim.workload.vision.densenet import fc_densenet103
from hwsim.workload.vision.mobilenet_v3 import lraspp
from hwsim.workload.vision.randwire import RandomRun, randwire
from hwsim.workload.vision.resnet import resnext50
from hwsim.workload.vision.run import AnyImages, Build, Images, Segmented, Videos, network
from hwsim.workload.vision.segmentation import deeplab, fcn
from hwsim.workload.vision.video import r2plus1d_18, s3d

SHIFTED = "a factorised reduction reads every second position with stride: no operator pads, crops or pools for it"


def _built(name: str, summary: str, run: type[AnyImages], build: Build[AnyImages], *assumptions: str) -> Entry:
    def make(given: Mapping[str, object]) -> Workload:
        return network(name, run, build, given, assumptions)

    return Entry(name, summary, defaults_of_run(run), make)


def searched(name: str, summary: str) -> Entry:
    """A network of searched cells, by its name in the table of stacks."""
    return _built(name, summary, CellRun, NETWORKS[name], SHIFTED)


BUILT = (
    _built("resnext50-32x4d", "ResNeXt-50 (32 x 4d), 224 x 224 images", Images, resnext50),
    _built(
        "fc-densenet103",
        "FC-DenseNet103 (Tiramisu), segmentation with 11 classes, image sides that 32 divides",
        Images,
        fc_densenet103,
        "a transposed convolution doubles the sides: what hangs over at the end is cut off",
    ),
    _built("fcn-resnet50", "FCN on a dilated ResNet-50, segmentation with 21 classes", Segmented, fcn),
    _built("deeplabv3-resnet50", "DeepLabV3 on a dilated ResNet-50, segmentation with 21 classes", Segmented, deeplab),
    _built("lraspp-mobilenet-v3-large", "L-RASPP on MobileNetV3-Large, segmentation with 21 classes", Images, lraspp),
    _built("r2plus1d-18", "R(2+1)D-18, videos, 400 classes", Videos, r2plus1d_18),
    _built("s3d", "S3D, videos, 400 classes", Videos, s3d),
    searched("nasnet-a", "NASNet-A cells"),
    searched("pnasnet-5", "PNASNet-5 cells"),
    searched("amoebanet-a", "AmoebaNet-A cells, as the authors' code has them"),
    searched("amoebanet-d", "AmoebaNet-D cells, as the authors' code has them"),
    searched("amoebanet-hmcos", "the cells that HMCOS runs as AmoebaNet, near those of AmoebaNet-A"),
    searched("darts", "DARTS cells of the second order (DARTS_V2)"),
    _built(
        "randwire",
        "RandWire: three cells wired by random graphs WS(4, 0.75) of 32 nodes",
        RandomRun,
        randwire,
        "each cell has a random graph of its own, that of networkx",
    ),
)


def encoder_decoder(name: str, summary: str) -> Entry:
    """A model with a source and a target."""

    def make(given: Mapping[str, object]) -> Workload:
        return encoder_decoder_workload(name, given)

    return Entry(name, summary, defaults_of_run(EncoderDecoderRun), make)
