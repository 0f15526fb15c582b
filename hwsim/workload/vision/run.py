"""How a network for images or videos is run: the fields after its name, ``resnext50-32x4d:batch=8,image=160``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hwsim.errors import WorkloadError
from hwsim.workload.building import WorkloadBuilder
from hwsim.workload.graph import Workload
from hwsim.workload.lowering import STORED
from hwsim.workload.operator import Movement
from hwsim.workload.run_fields import named_run, read_run
from hwsim.workload.vision.layers import Layers

COLOURS = 3
FOLDED = "the network runs inference: a batch norm is a gain and an offset, into which mean and variance are folded"


@dataclass(frozen=True, slots=True)
class Images:
    """``batch`` square images of side ``image``."""

    batch: int = 1
    image: int = 224
    movement: Movement = Movement.UNIQUE

    @property
    def shape(self) -> tuple[int, ...]:
        return self.batch, COLOURS, self.image, self.image


@dataclass(frozen=True, slots=True)
class Segmented(Images):
    """``aux`` adds the second head, which sees an earlier layer and serves training."""

    aux: bool = False


@dataclass(frozen=True, slots=True)
class Videos(Images):
    """Videos of ``frames`` images each."""

    frames: int = 16

    @property
    def shape(self) -> tuple[int, ...]:
        return self.batch, COLOURS, self.frames, self.image, self.image


AnyImages = TypeVar("AnyImages", bound=Images)
Build = Callable[[Layers, AnyImages], None]


def network(
    name: str,
    run_type: type[AnyImages],
    build: Build[AnyImages],
    given: Mapping[str, object],
    assumptions: Sequence[str] = (),
) -> Workload:
    """The workload that ``build`` adds layer by layer, for the fields ``given``.

    Raises SpecError or WorkloadError for a field that cannot be, and WorkloadError for images that are too small.
    """
    run = read_run(name, run_type, given)
    builder = WorkloadBuilder(named_run(name, given))
    try:
        build(Layers(builder, run.movement), run)
    except WorkloadError as error:
        raise WorkloadError(f"{builder.name}: {error}") from None
    return builder.build((run.movement.assumption, FOLDED, STORED, *assumptions))
