"""People: nobody shares a name, phone or e-mail with anybody, and an e-mail looks like its owner."""

import re

from sim.rng import Randomness
from sim.world.identities import drivers, mail_name, recipients

RNG = Randomness(3)


def test_nobody_shares_anything_with_anybody():
    groups = [drivers(RNG, 2000), recipients(RNG, 5000)]
    for kind in ("names", "phones", "emails"):
        values = [value for people in groups for value in getattr(people, kind)]
        assert len({value.lower() for value in values}) == len(values) == 7000
    phones = ["".join(c for c in phone if c.isdigit()) for people in groups for phone in people.phones]
    assert len(set(phones)) == 7000


def test_contact_details_look_real_and_belong_to_no_real_domain():
    people = recipients(RNG, 600)
    assert any(not name.isascii() for name in people.names)
    for name, phone, email in zip(people.names, people.phones, people.emails, strict=True):
        assert re.fullmatch(r"[a-z-]+\.[a-z-]+@example\.(com|net|org)", email), email
        assert email[0] == name[0].lower() or not name[0].isascii()
        assert sum(c.isdigit() for c in phone) >= 11


def test_a_seed_makes_the_same_people_however_many_there_are():
    for kind in (drivers, recipients):
        assert kind(RNG, 30).names == kind(RNG, 90).names[:30]
        assert kind(RNG, 30).phones == kind(RNG, 90).phones[:30]
        assert kind(RNG, 30).names != kind(Randomness(4), 30).names


def test_addresses_are_plain_letters():
    assert mail_name("Zoë Müller") == "zoe mueller"
    assert mail_name("Strauß") == "strauss"
