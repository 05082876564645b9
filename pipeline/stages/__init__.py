"""The stages of the pipeline: each a Beam transform around pure functions on Arrow record batches."""
