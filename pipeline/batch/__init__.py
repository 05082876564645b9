"""What is done with a warehouse that is there: marts rebuilt, days reconciled, messages processed once more."""
