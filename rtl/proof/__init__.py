"""Proofs that leaves do what their specifications say, for all operands and all states."""
