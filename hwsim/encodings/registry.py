"""The encodings that there are, by name; a new one is a new file and one name in ENCODINGS."""

from __future__ import annotations

from hwsim.encodings.base import Encoding
from hwsim.encodings.booth import Booth
from hwsim.encodings.ent import EnT
from hwsim.encodings.naf import Naf
from hwsim.encodings.sign_magnitude import SignMagnitude
from hwsim.encodings.twos_complement import TwosComplement
from hwsim.errors import SpecError, nearest

ENCODINGS: tuple[Encoding, ...] = (Booth(), EnT(), Naf(), TwosComplement(), SignMagnitude())


def parse_encoding(text: str) -> Encoding:
    """Return the encoding named ``text``; raises SpecError with the nearest name for any other."""
    found = {encoding.name: encoding for encoding in ENCODINGS}
    if text not in found:
        raise SpecError(f"unknown encoding {text!r}{nearest(text, found)}; the encodings are {', '.join(found)}")
    return found[text]
