"""How far figures from gates may lie from published ones: set for kinds of figures, before any was computed.

Published figures are of other processes, other synthesisers and other sizes. Areas and delays are therefore compared as
ratios; ten per cent is what was said of the steps from UNPU to LUT Tensor Core, and holds for every ratio of areas or
delays. Energies have no wires and one of two glitch models, and have twice as much.
"""

from sweeps.reproduce.tolerance import absolute, relative

RATIO = relative(0.10)
ENERGY = relative(0.20)
SHARE = absolute(10)
"""Of a whole, in per cent."""
PROCESS = "an absolute figure of another process"
NO_WIRES = "counts wires, which these figures do not have"
