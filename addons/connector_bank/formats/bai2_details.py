"""The references and the text of a BAI2 transaction as a ``Detail``; labels some banks put into it as tables."""

from odoo.addons.finance_connector_base.core.statement import Detail, Party, Reference

#: Goldman Sachs and others: four letters and a colon, a line each.
LABELS = {
    "EREF": "end_to_end_id",
    "REMI": "remittance",
    "CHKN": "cheque_number",
    "CREF": "CREF",
    "IDNM": "IDNM",
    "DBNM": "debtor name",
    "DACT": "debtor account",
    "DBIC": "debtor bic",
    "DABA": "debtor aba",
    "CRNM": "creditor name",
    "CACT": "creditor account",
    "CBIC": "creditor bic",
    "CABA": "creditor aba",
    # Silicon Valley Bank and others: words and ``:=``
    "ORG": "debtor name",
    "ORG ID": "debtor account",
    "ORG ADDRESS": "debtor address",
    "BNF NAME": "creditor name",
    "BNF ID": "creditor account",
    "BNF ADDRESS": "creditor address",
    "OBI": "remittance",
}
#: Codes whose customer reference is the number of a cheque.
CHEQUES = frozenset({"395", "475"})
#: The other side of a debit, and of a credit.
PARTY = tuple(
    {f"{side} {name}": name for name in ("name", "account", "bic", "address")} for side in ("creditor", "debtor")
)


def detail(code, direction, references, rest):
    """A tuple with the ``Detail``, or none.

    :param references: bank reference, customer reference, text; the last ones may be missing
    :param rest: continuations
    """
    line: str
    word: str
    value: str
    customer: str = references[1].strip() if len(references) > 1 else ""
    text: str = references[2].strip() if len(references) > 2 else ""
    is_cheque = code in CHEQUES
    names: dict = PARTY[direction != -1]
    known: dict = {}
    party: dict = {}
    others: dict = {}
    texts: list = []
    remittance: list = []
    for line in (text, *rest) if rest else (text,):
        if "  " in line:
            line = " ".join(line.split())
        word, colon, value = line.partition(":")
        label: str = LABELS.get(word) if colon else None
        if label is None or (value and value[0] not in " ="):
            if line:
                texts.append(line)
            continue
        value = value[1:].strip()
        if not value:
            continue
        if label in names:
            field = names[label]
            party[field] = f"{party[field]} {value}" if field in party else value
        elif label == "remittance":
            remittance.append(value)
        elif label in ("end_to_end_id", "cheque_number"):
            known.setdefault(label, value)
        else:
            others.setdefault(label, []).append(value)
    end_to_end, cheque = known.get("end_to_end_id"), known.get("cheque_number")
    if customer:
        stated = cheque if is_cheque else end_to_end
        if stated is None and is_cheque:
            cheque = customer
        elif stated is None:
            end_to_end = customer
        elif stated != customer:
            others["customer"] = [customer]
    if not (end_to_end or cheque or party or remittance or texts or others):
        return ()
    return (
        Detail(
            counterparty=_party(party) if party else None,
            end_to_end_id=end_to_end,
            cheque_number=cheque,
            remittance=tuple(remittance or texts),
            additional=(" ".join(texts) or None) if remittance else None,
            other_references=labelled(others) if others else (),
        ),
    )


def _party(facts):
    return Party(facts.get("name"), facts.get("account"), facts.get("bic"), None, facts.get("address"))


def labelled(others):
    return tuple([Reference(one, name) for name, found in others.items() for one in found])
