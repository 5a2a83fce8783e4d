"""Text in the character set of a scheme, without losing names: ä is ae or a by language, Σ is S, Щ is Shch.

The sets (``character_sets.json``) and the spellings (``transliteration.json``) are data.
"""

import functools
import json
import re
import unicodedata
from pathlib import Path

from odoo.addons.finance_connector_base.core.letters import without_marks

_FOLDER = Path(__file__).parent
_BLANKS = re.compile(r"\s+")


def _data(name):
    return json.loads((_FOLDER / name).read_text(encoding="utf-8"))


@functools.cache
def character_sets():
    """``{code: {"label", "ranges", "extra", "upper"}}``."""
    return _data("character_sets.json")


class CharacterSet:
    """What a scheme lets through, and how other text is spelled in it."""

    def __init__(self, code, language=None):
        described, tables = character_sets()[code], _data("transliteration.json")
        ranges = "".join(f"{re.escape(first)}-{re.escape(last)}" for first, last in described["ranges"])
        letters = f"[{ranges}{re.escape(described['extra'])}]"
        self.code = code
        self.upper = described.get("upper", False)
        self._all = re.compile(f"{letters}*")
        self._one = re.compile(letters)
        table = {**tables["cyrillic"], **tables["greek"], **tables["general"]}
        table.update(tables["languages"].get((language or "").split("_")[0], {}))
        self._table = table
        longest = sorted(table, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest)) + "|.", re.IGNORECASE | re.DOTALL)

    def allows(self, text):
        return self._all.fullmatch(text) is not None

    def spelled(self, text):
        """``text`` in this set, blanks single. What has no spelling stays as it is, for the rules to name."""
        if self.upper:
            text = text.upper() if text.isascii() else unicodedata.normalize("NFC", text)
        if not self.allows(text):
            composed = unicodedata.normalize("NFC", text)
            text = self._known.sub(lambda found: self._piece(found, composed), composed)
            text = text.upper() if self.upper else text
        return _BLANKS.sub(" ", text).strip()

    def stranger(self, text):
        """The first letter of ``text`` that the set does not have, or None."""
        return next((letter for letter in text if not self._one.fullmatch(letter)), None)

    def _piece(self, found, text):
        piece = found.group()
        if self.allows(piece) or (self.upper and self.allows(piece.upper())):
            return piece
        spelled = self._spelled_piece(piece)
        if spelled is None or not piece[0].isupper() or piece.isascii():
            return piece if spelled is None else spelled
        beside = text[found.start() - 1 : found.start()] + text[found.end() : found.end() + 1]
        return spelled.upper() if piece.isupper() and beside.strip().isupper() else spelled.capitalize()

    def _spelled_piece(self, piece):
        spelled = self._table.get(piece, self._table.get(piece.lower()))
        if spelled is None:
            bare = without_marks(piece)
            if bare == piece:
                return None
            spelled = bare if self._fits(bare) else self._table.get(bare, self._table.get(bare.lower()))
        if spelled is None or self._fits(spelled):
            return spelled
        again = "".join(letter if self._fits(letter) else self._table.get(letter, letter) for letter in spelled)
        return again if self._fits(again) else None

    def _fits(self, text):
        return self.allows(text.upper() if self.upper else text)


@functools.lru_cache(maxsize=64)
def character_set(code, language=None):
    """The set with the spellings of ``language`` (``de``, ``de_AT``); ``KeyError`` for an unknown code."""
    return CharacterSet(code, language)
