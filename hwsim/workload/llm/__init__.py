"""Transformers by the fields of their config.json, from embeddings to the head, prefill and decode."""
