"""Whether two versions of a schema can live side by side: what one writes, the other must read."""
