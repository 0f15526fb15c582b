"""Ports and registers of a leaf in one word each."""

from __future__ import annotations

import pyrtl


def input_port(name: str, bits: int = 1) -> pyrtl.Input:
    return pyrtl.Input(bits, name)


def output_port(name: str, value: pyrtl.WireVector) -> None:
    """Make ``value`` visible as the output ``name`` of the same width."""
    port = pyrtl.Output(len(value), name)
    port <<= value


def register(name: str, bits: int = 1) -> pyrtl.Register:
    """A register that reset clears; its ``next`` is still to be given."""
    return pyrtl.Register(bits, name)


def registered(name: str, value: pyrtl.WireVector) -> pyrtl.Register:
    """``value`` one clock edge later."""
    reg = register(name, len(value))
    reg.next <<= value
    return reg


def held(name: str, value: pyrtl.WireVector, enable: pyrtl.WireVector) -> pyrtl.Register:
    """A register that takes ``value`` at the edges at which ``enable`` is high, and else keeps what it has."""
    reg = register(name, len(value))
    reg.next <<= pyrtl.select(enable, value, reg)
    return reg
