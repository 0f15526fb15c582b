"""Gates to cost: leaves mapped to a cell library by Yosys, timed by OpenSTA, and counted as the inventory says."""
