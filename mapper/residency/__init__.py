"""Which buffers lie in the scratchpad when: orders, retention, spills; addresses come after."""
