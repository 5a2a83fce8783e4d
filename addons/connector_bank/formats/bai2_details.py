"""The references and the text of a BAI2 transaction as a ``Detail``; labels some banks put into it as tables."""

from odoo.addons.finance_connector_base.core.statement import Detail, Party, Reference

#: Goldman Sachs and others: four letters and a colon, a line each.
_LABELS = {
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
_CHEQUES = frozenset({"395", "475"})
_KNOWN = ("end_to_end_id", "cheque_number")
#: The other side of a debit, and of a credit.
_PARTY = tuple(
    {f"{side} {name}": name for name in ("name", "account", "bic", "address")} for side in ("creditor", "debtor")
)


def detail(code, direction, references, rest):
    """A tuple with the ``Detail``, or none.

    :param references: bank reference, customer reference, text; the last ones may be missing
    :param rest: continuations
    """
    values = {}
    customer = references[1].strip() if len(references) > 1 else ""
    if customer:
        values["cheque_number" if code in _CHEQUES else "end_to_end_id"] = customer
    text = references[2].strip() if len(references) > 2 else ""
    facts, texts = {}, []
    for line in (text, *rest) if rest else (text,):
        if "  " in line:
            line = " ".join(line.split())
        word, colon, value = line.partition(":")
        if colon and word in _LABELS and (not value or value[0] in " ="):
            if value := value[1:].strip():
                facts.setdefault(_LABELS[word], []).append(value)
        elif line:
            texts.append(line)
    if facts:
        _labelled(facts, texts, direction, values)
    elif texts:
        values["remittance"] = tuple(texts)
    return (Detail(**values),) if values else ()


def _labelled(facts, plain, direction, values):
    for name in _KNOWN:
        if name in facts:
            if values.get(name, facts[name][0]) != facts[name][0]:
                facts["customer"] = [values[name]]
            values[name] = facts.pop(name)[0]
    names = _PARTY[direction != -1]
    if not facts.keys().isdisjoint(names):
        party = {names[key]: " ".join(facts.pop(key)) for key in [key for key in facts if key in names]}
        values["counterparty"] = Party(**party)
    remittance = facts.pop("remittance", None)
    if remittance:
        values["remittance"] = tuple(remittance)
        values["additional"] = " ".join(plain) or None
    elif plain:
        values["remittance"] = tuple(plain)
    if facts:
        values["other_references"] = tuple([Reference(one, name) for name, found in facts.items() for one in found])
