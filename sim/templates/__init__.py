"""Files that ``sim init`` writes."""
