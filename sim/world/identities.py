"""Who the people are: names, telephone numbers and e-mail addresses, made once by Faker for the whole run.

Nobody shares any of the three with anybody else, so that a leak found later points at one person.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from faker import Faker

_LOCALES = ("de_DE", "en_GB", "fr_FR")
_MAIL_DOMAINS = ("example.com", "example.net", "example.org")
"""Reserved by RFC 2606: no mail of a real person."""
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o"})
_PHONE_DIGITS_MIN = 9


@dataclass(frozen=True)
class People:
    """Names, phones and e-mails; the same index is the same person."""

    names: list[str]
    phones: list[str]
    emails: list[str]

    def __len__(self) -> int:
        return len(self.names)


def _mail_name(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.lower().translate(_UMLAUTS))
    letters = folded.encode("ascii", "ignore").decode()
    return ".".join("".join(c for c in word if c.isalnum() or c == "-") for word in letters.split(" "))


class Registry:
    """Hands out people nobody has met yet."""

    def __init__(self, seed: int) -> None:
        self._fakers = tuple(Faker(locale) for locale in _LOCALES)
        for faker in self._fakers:
            faker.seed_instance(seed)
        self._taken: dict[str, None] = {}

    def _claim(self, text: str) -> bool:
        if text in self._taken:
            return False
        self._taken[text] = None
        return True

    def _name(self, faker: Faker) -> str:
        while True:
            name = f"{faker.first_name()} {faker.last_name()}"
            if self._claim(name):
                return name

    def _phone(self, faker: Faker) -> str:
        while True:
            phone = faker.phone_number()
            digits = "".join(c for c in phone if c.isdigit())
            if len(digits) >= _PHONE_DIGITS_MIN and self._claim(digits):
                return phone

    def _email(self, name: str, domain: str) -> str:
        local = _mail_name(name)
        email, n = f"{local}@{domain}", 1
        while not self._claim(email):
            n += 1
            email = f"{local}{n}@{domain}"
        return email

    def enrol(self, count: int) -> People:
        """So many new people, of several languages."""
        people = People([], [], [])
        for k in range(count):
            faker = self._fakers[k % len(self._fakers)]
            people.names.append(self._name(faker))
            people.phones.append(self._phone(faker))
            people.emails.append(self._email(people.names[-1], _MAIL_DOMAINS[k // 3 % len(_MAIL_DOMAINS)]))
        return people
