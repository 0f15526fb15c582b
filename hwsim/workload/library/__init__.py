"""Networks by name: the graphs of the model zoo and the shapes of published transformers."""
