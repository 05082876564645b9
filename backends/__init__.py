"""Where messages and tables live. ``interface.py`` says what a backend is; each other module or package is one."""

import logging


def _is_news(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("apitools not found")


# Beam warns on import that a Google library is missing, which nothing here needs.
logging.getLogger().addFilter(_is_news)
