"""One bench for every engine: drive the ports, compare every lane at every edge."""
