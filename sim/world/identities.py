"""Who the people are: names, telephone numbers and e-mail addresses, put together from Faker's lists.

Nobody shares any of the three with anybody else, so that a leak found later points at one person. A person is a
function of seed and number, however many others there are: decks of names are dealt, drivers from their other end.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from faker.providers.person import de_DE, en_GB, fr_FR

from sim.rng import Randomness

_LANGUAGES = (de_DE.Provider, en_GB.Provider, fr_FR.Provider)
_PHONES = ("+49 151 {0}{1}{2}{3}", "+44 77{0} {1}{2}{3}", "+33 6 {0} {1} {2} {3}")
"""A pattern for each language, of eight digits; no two patterns make the same number."""
_PHONE_STEP = 61_803_399
"""Has no factor in common with 10**8, so that a hundred million people have numbers of their own."""
_MAIL_DOMAINS = ("example.com", "example.net", "example.org")
"""Reserved by RFC 2606: no mail of a real person."""
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o"})


@dataclass(frozen=True)
class People:
    """Names, phones and e-mails; the same index is the same person."""

    names: list[str]
    phones: list[str]
    emails: list[str]

    def __len__(self) -> int:
        return len(self.names)


def mail_name(name: str) -> str:
    """A name as it may stand in an address."""
    folded = unicodedata.normalize("NFKD", name.lower().translate(_UMLAUTS))
    return folded.encode("ascii", "ignore").decode()


def _distinct(names: Iterable[str], taken: dict[str, None]) -> list[str]:
    """Names of one word whose address nobody before them has."""
    kept = []
    for name in names:
        folded = mail_name(name)
        if name.replace("-", "").isalpha() and folded not in taken:
            taken[folded] = None
            kept.append(name)
    return kept


@cache
def _decks() -> tuple[tuple[list[str], list[str]], ...]:
    """First and last names of each language. No last name is in two, so whole names are not either."""
    families: dict[str, None] = {}
    return tuple((_distinct(kind.first_names, {}), _distinct(kind.last_names, families)) for kind in _LANGUAGES)


def _shuffled(rng: Randomness, purpose: str, deck: list[str]) -> list[str]:
    return [deck[k] for k in np.argsort(rng.uniform(purpose, np.arange(len(deck))), kind="stable")]


def _dealt(rng: Randomness, numbers: range) -> People:
    """People by number; 0, 1, 2, ... and -1, -2, -3, ... do not meet before there are hundreds of thousands."""
    people = People([], [], [])
    decks = [
        (_shuffled(rng, f"person/first/{k}", first), _shuffled(rng, f"person/last/{k}", last))
        for k, (first, last) in enumerate(_decks())
    ]
    first_phone = int(rng.uniform("person/phone", 0) * 10**8)
    for number in numbers:
        nth, language = divmod(number, len(decks))
        first, last = decks[language]
        lap, place = divmod(nth % (len(first) * len(last)), len(last))
        given, family = first[(place + lap) % len(first)], last[place]
        digits = f"{(number * _PHONE_STEP + first_phone) % 10**8:08}"
        people.names.append(f"{given} {family}")
        people.phones.append(_PHONES[language].format(digits[:2], digits[2:4], digits[4:6], digits[6:]))
        people.emails.append(f"{mail_name(given)}.{mail_name(family)}@{_MAIL_DOMAINS[nth % len(_MAIL_DOMAINS)]}")
    return people


def recipients(rng: Randomness, count: int) -> People:
    """The first so many of those who get parcels."""
    return _dealt(rng, range(count))


def drivers(rng: Randomness, count: int) -> People:
    """The first so many of those who drive."""
    return _dealt(rng, range(-1, -1 - count, -1))
