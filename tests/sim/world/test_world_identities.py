"""People: nobody shares a name, phone or e-mail with anybody, and an e-mail looks like its owner."""

import re

from sim.world.identities import Registry


def test_nobody_shares_anything_with_anybody():
    registry = Registry(3)
    groups = [registry.enrol(40), registry.enrol(3000)]
    for kind in ("names", "phones", "emails"):
        values = [value for people in groups for value in getattr(people, kind)]
        assert len(set(values)) == len(values) == 3040


def test_contact_details_look_real_and_belong_to_no_real_domain():
    people = Registry(3).enrol(600)
    assert any(not name.isascii() for name in people.names)
    for name, phone, email in zip(people.names, people.phones, people.emails, strict=True):
        assert re.fullmatch(r"[a-z0-9.-]+@example\.(com|net|org)", email), email
        assert email[0] == name[0].lower() or not name[0].isascii()
        assert sum(c.isdigit() for c in phone) >= 9
        assert ".." not in email


def test_a_seed_makes_the_same_people_whoever_else_is_enrolled_later():
    assert Registry(5).enrol(30).names == Registry(5).enrol(90).names[:30]
    assert Registry(5).enrol(30).names != Registry(6).enrol(30).names


def test_names_that_sound_alike_still_get_addresses_of_their_own():
    registry = Registry(1)
    addresses = [registry._email(name, "example.com") for name in ("Zoé Müller", "Zoë Mueller", "Zoe Müller")]
    assert addresses == ["zoe.mueller@example.com", "zoe.mueller2@example.com", "zoe.mueller3@example.com"]
