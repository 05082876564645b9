"""The wire: columns to the bytes of messages, sound or not, as JSON and as Avro."""
