"""One form for what people write in many ways."""

import re

from ..core.letters import without_marks

#: Legal forms, written without dots; they tell little about who it is.
LEGAL_FORMS = frozenset(
    "ab ag aps as asa bhd bv bvba co company corp corporation cv cvba doo ead eg ehf eirl ek ev gbr gesmbh gmbh gie "
    "inc incorporated kft kg kgaa lda llc llp limited limitada ltd ltda mbh nv nyrt oao og ohg oo ood ooo ou oy oyj "
    "plc pte pty pvt rt sa sae sagl sarl sas sasu sc sca scrl se sl slu snc societe spa spol spolka spzoo srl sro "
    "stiftung ug uab vof zoo zrt".split()
)
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_POLISH = re.compile(r"\bsp\.?\s*z\.?\s*o\.?\s*o\b\.?")
_INITIALS = re.compile(r"\b(?:\w\.\s?){2,}")


def plain(text):
    """Lower case without accents (Unicode NFKD); letters that do not decompose as they are commonly written."""
    return without_marks((text or "").casefold().translate(_LETTERS))


def name_tokens(name):
    """Words of a name in order of the alphabet, without legal forms; all of them where nothing else is left."""
    text = _INITIALS.sub(
        lambda found: re.sub(r"[.\s]", "", found[0]) + " ", _POLISH.sub(" ", plain(name)).replace("&", " ")
    )
    words = re.findall(r"\w+", text)
    return tuple(sorted([word for word in words if word not in LEGAL_FORMS] or words))


def tax_key(number, country=None):
    """Tax number with its country before it (ISO 3166; Greece writes EL), or None where it says nothing."""
    text = re.sub(r"[^0-9A-Z]", "", (number or "").upper())
    if len(re.sub(r"\D", "", text)) < 5:
        return None
    if text[:2] == "EL":
        text = "GR" + text[2:]
    return text if text[:2].isalpha() else (country or "").upper() + text


def account_key(number):
    return re.sub(r"[^0-9A-Z]", "", (number or "").upper()) or None


def phone_key(number):
    """The last nine digits: national and international forms end alike."""
    digits = re.sub(r"\D", "", (number or "").replace("(0)", ""))
    return digits[-9:] if len(digits) >= 7 else None


def email_key(address):
    text = (address or "").strip().casefold()
    return text if "@" in text else None


def address_key(zip_code, street):
    """Postal code, house number and first word of the street, or None where one of the first two is missing."""
    text = plain(street)
    number = re.search(r"\d+", text)
    words = re.findall(r"[a-z]{3,}", text)
    code = re.sub(r"\W", "", plain(zip_code))
    return f"{code} {words[0][:6]} {number[0]}" if code and number and words else None
