"""Addresses for formats that know only lines."""

from .order import Address


def in_lines(address):
    """``address`` with its parts as lines, the country beside them; nothing is lost."""
    if address is None:
        return None
    street = " ".join(part for part in (address.street, address.building_number) if part)
    town = " ".join(part for part in (address.post_code, address.town) if part)
    region = address.region
    lines = (*address.lines, *(line for line in (street, town, region) if line))
    return Address(lines=lines, country=address.country)
