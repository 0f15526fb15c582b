"""Technologies as data: area, delay and energy of leaves in a cell library, and of any engine that is made of them."""

from hwsim.technology.engine_figures import EngineFigures, engine_figures
from hwsim.technology.loading import load_technology, technologies
from hwsim.technology.technology import Technology

__all__ = ["EngineFigures", "Technology", "engine_figures", "load_technology", "technologies"]
