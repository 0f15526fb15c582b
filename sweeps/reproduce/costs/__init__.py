"""What gates cost in each cell library: the figures that claims of synthesis ask for, measured once and stored."""
