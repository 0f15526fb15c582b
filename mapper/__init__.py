"""How to run a workload on a machine: tilings, order, and later addresses."""
