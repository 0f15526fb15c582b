"""Eq. 1-8: when a buffer can be created, kept, spilled and retrieved, and when a step can run."""

from __future__ import annotations

from mapper.formulation.rows import Term
from mapper.formulation.variables import Published


def add_lifecycle(model: Published) -> None:
    """All rows of the family."""
    for number in range(len(model.frame.buffers)):
        for place in model.window(number):
            _one_action(model, number, place)
            if place > 0:
                _keep_what_was_there(model, number, place)
                _spill_what_was_there(model, number, place)
            _retrieve_what_is_stored(model, number, place)
        _once(model, number)
    for index in range(len(model.frame.graph.steps)):
        _operands(model, index)
        _siblings(model, index)
    _steps(model)


def _one_action(model: Published, number: int, place: int) -> None:
    """Eq. 1: C + P + S + R <= 1."""
    tables = (model.creates, model.keeps, model.spills, model.retrieves)
    model.at_most("eq1", [(1, table.get((number, place), 0)) for table in tables], 1)


def _keep_what_was_there(model: Published, number: int, place: int) -> None:
    """Eq. 2: P(t) <= C(t-1) + P(t-1) + R(t-1)."""
    kept = model.keeps.get((number, place))
    if kept is not None:
        model.at_most("eq2", [(1, kept), *((-1, term) for _, term in model.resident(number, place - 1))], 0)


def _spill_what_was_there(model: Published, number: int, place: int) -> None:
    """Eq. 3: S(t) <= C(t-1) + P(t-1); what was retrieved has a copy."""
    spilled = model.spills.get((number, place))
    if spilled is not None:
        before = (model.creates.get((number, place - 1), 0), model.keeps.get((number, place - 1), 0))
        model.at_most("eq3", [(1, spilled), *((-1, term) for term in before)], 0)


def _retrieve_what_is_stored(model: Published, number: int, place: int) -> None:
    """Eq. 4: R(t) <= the sum of S up to t; with a copy from the start, the sum of C before t."""
    retrieved = model.retrieves.get((number, place))
    if retrieved is not None:
        stored = model.stored_before(number, place)
        model.at_most("eq4", [(1, retrieved), *((-factor, term) for factor, term in stored)], 0)


def _operands(model: Published, index: int) -> None:
    """Eq. 5: C(a, t) <= P(b, t) + R(b, t) for each input b; an input that lies in DRAM may come (C) at t itself."""
    for name in model.frame.graph.steps[index].inputs:
        number = model.frame.number[name]
        loaded = model.corrections.copies and model.frame.buffers[number].in_dram
        tables = (model.keeps, model.retrieves, model.creates) if loaded else (model.keeps, model.retrieves)
        for place in model.frame.step_places[index]:
            there = [(-1, table.get((number, place), 0)) for table in tables]
            model.at_most("eq5", [(1, model.step_runs[index, place]), *there], 0)


def _siblings(model: Published, index: int) -> None:
    """Eq. 6: all outputs of a step are created together."""
    outputs = model.frame.graph.steps[index].outputs
    for name in outputs[1:]:
        for place in model.frame.step_places[index]:
            made = model.creates[model.frame.number[name], place]
            model.equal("eq6", [(1, made), (-1, model.step_runs[index, place])], 0)


def _once(model: Published, number: int) -> None:
    """Eq. 7: created exactly once; Eq. 8: spilled at most once."""
    window = model.window(number)
    model.equal("eq7", [(1, model.creates.get((number, place), 0)) for place in window], 1)
    model.at_most("eq8", [(1, model.spills.get((number, place), 0)) for place in window], 1)


def _steps(model: Published) -> None:
    """A step without outputs runs once; one step runs per place (missing in Eq. 1-8)."""
    running: dict[int, list[Term]] = {place: [] for place in range(model.frame.places)}
    for index, step in enumerate(model.frame.graph.steps):
        runs = {place: model.step_runs[index, place] for place in model.frame.step_places[index]}
        for place, term in runs.items():
            running[place].append(term)
        if not step.outputs:
            model.equal("step_once", [(1, term) for term in runs.values()], 1)
    if model.corrections.one_step_per_place:
        for terms in running.values():
            model.at_most("one_step", [(1, term) for term in terms], 1)
