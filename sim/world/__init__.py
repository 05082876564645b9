"""The world: what really happens to parcels, vans and drivers. Hands on the truth that all else is held against."""

from sim.world.simulate import simulate

__all__ = ["simulate"]
