"""Steps that work tile by tile: which buffers pass through, what they move, and the room that their tiles take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hwsim.errors import ProgramError, nearest
from hwsim.residency.graph import Buffer, MemoryGraph, Step, Streamed


@dataclass(frozen=True)
class TiledStep:
    """``step`` streams buffers from DRAM or to it: ``streamed`` says how many bytes of each go over the bus.

    The other buffers that it touches lie in the scratchpad whole; the tiles take ``room_bytes`` beside them.
    """

    step: str
    streamed: Mapping[str, int]
    room_bytes: int


def tile_steps(graph: MemoryGraph, tiled: Sequence[TiledStep]) -> MemoryGraph:
    """``graph`` with these steps tiled.

    What a step streams in, and no step streams out, is mirrored in DRAM as it is made. Raises ProgramError for a step
    that is not there or a buffer that it does not touch, WorkloadError for a stream of fewer bytes than its buffer has.
    """
    if not tiled:
        return graph
    by_step = {entry.step: entry for entry in tiled}
    for entry in tiled:
        _check(graph, entry)
    written = {name for x in tiled for name in x.streamed if name in graph.steps[graph.index[x.step]].outputs}
    read = {name for x in tiled for name in x.streamed} - written
    buffers = {
        name: replace(buffer, mirrored=True) if name in read and not buffer.has_copy else buffer
        for name, buffer in graph.buffers.items()
    }
    buffers |= {_room(x.step): Buffer(_room(x.step), x.room_bytes) for x in tiled}
    steps = tuple(_tile(step, by_step[step.name]) if step.name in by_step else step for step in graph.steps)
    said = f"{', '.join(by_step)} work tile by tile: their working sets exceed the scratchpad"
    return replace(graph, steps=steps, buffers=buffers, assumptions=(*graph.assumptions, said))


def _room(step: str) -> str:
    """The buffer that stands for the tiles of a step."""
    return f"{step} (tiles)"


def _check(graph: MemoryGraph, entry: TiledStep) -> None:
    if entry.step not in graph.index:
        raise ProgramError(f"{graph.name}: there is no step {entry.step!r}{nearest(entry.step, graph.index)} to tile")
    touched = graph.steps[graph.index[entry.step]].touched
    for name in entry.streamed:
        if name not in touched:
            raise ProgramError(
                f"{graph.name}: step {entry.step!r} does not touch {name!r}; it touches {', '.join(touched)}"
            )


def _tile(step: Step, entry: TiledStep) -> Step:
    kept = set(step.touched) - set(entry.streamed)
    return Step(
        step.name,
        tuple(name for name in step.inputs if name in kept),
        (*(name for name in step.outputs if name in kept), _room(step.name)),
        step.in_place if step.in_place and set(step.in_place) <= kept else None,
        operators=step.operators,
        streamed_in=_streams(step.inputs, entry),
        streamed_out=_streams(step.outputs, entry),
        passing=step.passing,
    )


def _streams(names: Sequence[str], entry: TiledStep) -> tuple[Streamed, ...]:
    return tuple(Streamed(name, entry.streamed[name]) for name in names if name in entry.streamed)
