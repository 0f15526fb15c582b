"""Networks: tensors, operators, graphs, and the files and tables they come from."""
