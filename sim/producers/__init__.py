"""Producers: how the world's facts become messages when nothing goes wrong."""
