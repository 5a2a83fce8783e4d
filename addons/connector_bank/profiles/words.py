"""Words by which banks name columns and rows, in the languages of the profiles that come with the addon."""

#: role → parts of titles, the surest first. A role is given to the column with the surest word.
TITLES = {
    "value_on": (
        "valuta|value date|wertstellung|interest date|rentedatum|started|data waluty|fecha valor|"
        "date de valeur|transaction date|belegdatum"
    ),
    "booked_on": (
        "booking date|posting date|posted|post date|booked|buchungstag|buchungsdatum|buchung|completed|"
        "data księgowania|data ksiegowania|data operacji|boekdatum|transactiedatum|fecha operaci|"
        "date opération|date de l'op|date|datum|data|fecha|day|tag|created"
    ),
    "balance": (
        "running bal|eindsaldo|endsaldo|balance after|saldo nach|saldo na |saldo po|balance|saldo|"
        "kontostand|solde|left"
    ),
    "fee": "fee|gebühr|entgelt|frais|commission|kosten",
    "original_currency": (
        "original currency|originalwährung|oorspr munt|local_currency|foreign currency code|"
        "type foreign currency"
    ),
    "original_amount": "original amount|originalbetrag|oorspr bedrag|local_amount|amount (foreign|foreign amount",
    "rate": "exchange rate|umrechnungskurs|koers|kurs|taux",
    "debit": "debit|soll|lastschrift|paid out|money out|withdrawal|belastung|débit|cargo|uitgaven|out",
    "credit": "credit|haben|gutschrift|paid in|money in|deposit|crédit|abono|in",
    "amount": "amount|betrag|umsatz|bedrag|transactiebedrag|kwota|montant|importe|value|sum|total",
    "currency": "currency|währung|waehrung|munt|muntsoort|waluta|devise|divisa|ccy|cur",
    "account": (
        "auftragskonto|own account|iban/bban|rekeningnummer|wallet-iban|iban kontoinhaber|rekening|"
        "account number|account|konto"
    ),
    "end_to_end_id": "end-to-end|end to end|endtoend|kundenreferenz|transactiereferentie",
    "mandate_id": "mandat|machtiging",
    "creditor_id": "creditor id|gläubiger|glaeubiger|incassant",
    "bank_ref": (
        "transaction id|transferwise id|buchungsreferenz|bank reference|volgnr|operation number|"
        "reference number|transaktions-id|id"
    ),
    "iban": (
        "partner iban|counterparty account|iban zahlungsbeteiligter|kontonummer/iban|tegenrekening|"
        "counterparty iban|payee account|bank account|numer konta|counterparty|iban"
    ),
    "bic": "bic|swift|blz",
    "counterparty": (
        "partner name|counterparty name|counterparty|beguenstigter|begünstigter|auftraggeber/empfänger|"
        "auftraggeber|name zahlungsbeteiligter|naam|payee|payer|nadawca|merchant|partner|empfänger|name|"
        "tiers"
    ),
    "text": (
        "verwendungszweck|avisierungstext|remittance|payment reference|description|omschrijving|"
        "mededelingen|memo|label|libellé|tytuł|opis|beschreibung|details|detail|text|reference|narrative|"
        "concepto|notes|purpose"
    ),
    "additional": "buchungstext|transaction type|umsatztyp|umsatzart|mutatiesoort|type|category|kategorie|code",
    "status": "status|state|info|stan",
    "cheque_number": "check|cheque",
}  # fmt: skip
TITLES = {role: tuple(words.split("|")) for role, words in TITLES.items()}

#: Words that count only where they are the whole title.
ALONE = frozenset({"in", "out", "id"})
#: Of the words for the own account, so many first ones stand for nothing else.
SURELY_OWN = 7
#: Words of a balance before a booking, which is not the one that is meant.
BEFORE = ("begin", "start", "before", "opening", "vor")
#: Titles of a column that says debit or credit.
MARK_TITLES = (
    "d/c", "c/d", "dc", "s/h", "af bij", "af/bij", "debit/credit", "credit/debit", "soll/haben", "mark",
    "sign",
)  # fmt: skip

#: (debits, credits): words that say the direction of an amount.
MARKS = (
    ("d", "c"), ("s", "h"), ("soll", "haben"), ("af", "bij"), ("debit", "credit"), ("db", "cr"), ("dr", "cr"),
    ("-", "+"), ("out", "in"), ("dbit", "crdt"), ("lastschrift", "gutschrift"), ("belastung", "gutschrift"),
)  # fmt: skip

BOOKED = {
    "completed", "booked", "gebucht", "umsatz gebucht", "posted", "settled", "executed", "processed", "done", "cleared",
    "zakończono", "verwerkt",
}  # fmt: skip
PENDING = {
    "pending", "vorgemerkt", "umsatz vorgemerkt", "authorised", "authorized", "in progress", "waiting", "processing",
    "w trakcie",
}  # fmt: skip
LEFT_OUT = {"reverted", "declined", "failed", "cancelled", "canceled", "rejected", "abgelehnt", "cofnięto"}

OPENING = (
    "start of period", "opening", "beginning", "previous balance", "old balance", "anfangssaldo",
    "alter kontostand", "letzter kontostand", "beginsaldo", "solde initial", "saldo początkowe",
)  # fmt: skip
CLOSING = (
    "end of period", "closing", "ending", "new balance", "endsaldo", "neuer kontostand", "eindsaldo",
    "solde final", "saldo końcowe", "saldo koncowe",
)  # fmt: skip
CURRENT = ("balance", "saldo", "kontostand", "solde", "available")
FROM = ("from", "von", "start", "van", "du", "depuis", "desde", "od")
TO = ("to", "bis", "end", "tot", "au", "hasta", "do")
ACCOUNT = ("account", "konto", "rekening", "compte", "rachun", "iban", "cuenta")
CREDITS = ("total credits", "sum of credits", "summe gutschriften", "summe haben")
DEBITS = ("total debits", "sum of debits", "summe lastschriften", "summe soll")
