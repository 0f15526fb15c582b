"""From a netlist to its energy: what each pin's transition takes, and how often it happens in simulation."""
