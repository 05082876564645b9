"""The world: what really happens to parcels, vans and drivers. Hands on the truth that all else is held against."""
