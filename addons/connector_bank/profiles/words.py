"""Words by which banks name columns and rows, in the languages of Europe."""

#: role → parts of titles, the surest first. A role is given to the column with the surest word.
TITLES = {
    "value_on": (
        "valuta|value date|wertstellung|interest date|rentedatum|started|data waluty|fecha valor|f. valor|f.valor|"
        "value dt|dateval|date de valeur|data valor|data valuta|arvopäivä|rentedato|räntedag|valørdato|értéknap|"
        "datum valute|datum valuty|data valutei|вальор|datum provedení|datum verrichting|execution date|"
        "transaction date|belegdatum"
    ),
    "booked_on": (
        "booking date|posting date|posted|post date|booked|buchungstag|buchungsdatum|buchung|completed|"
        "data księgowania|data ksiegowania|data operacji|boekdatum|transactiedatum|fecha operaci|"
        "date opération|date de l'op|data contabile|data operazione|data mov|fecha contable|bokföring|bokføring|"
        "bogfør|kirjauspäivä|könyvelés|zaúčtov|datum verrekening|date|datum|dátum|datums|data|fecha|dato|kuupäev|"
        "päivä|dată|tarih|дата|ημερομηνία|day|tag|created"
    ),
    "balance": (
        "running bal|eindsaldo|endsaldo|balance after|saldo nach|saldo na |saldo po|balance|saldo|"
        "kontostand|solde|zůstatek|zostatok|egyenleg|likutis|atlikums|stanje|sold contabil|bakiye|"
        "салдо|остатък|υπόλοιπο|left"
    ),
    "fee": "fee|gebühr|entgelt|frais|commission|kosten|poplatek|avgift|gebyr",
    "original_currency": (
        "original currency|originalwährung|fremdwährung|oorspr munt|local_currency|foreign currency|"
        "type foreign currency|devise d'origine|valuta originale|původní měna|eredeti deviza|ursprungsvaluta"
    ),
    "original_amount": (
        "original amount|originalbetrag|betrag (fremd|oorspr bedrag|local_amount|amount (foreign|foreign amount|"
        "montant d'origine|importo originale|původní částka|eredeti összeg|ursprungsbelopp"
    ),
    "rate": "exchange rate|umrechnungskurs|wechselkurs|koers|kurs|taux|cambio|kurz|árfolyam",
    "debit": (
        "debit|soll|lastschrift|paid out|money out|withdrawal|belastung|débit|débito|cargo|uitgaven|debet|"
        "uscite|addebit|dare|debe|saída|uttag|uttak|hævet|výdaj|terhelés|obciążenia|wydatki|odliv|breme|isplat|"
        "duguje|debitare|borç|дебит|χρέωση|out"
    ),
    "credit": (
        "credit|haben|gutschrift|paid in|money in|deposit|crédit|crédito|abono|inkomsten|kredit|"
        "entrate|accredit|avere|haber|entrada|insättning|innskudd|indsat|příjem|jóváírás|uznania|wpływy|priliv|dobro|"
        "uplat|potražuje|creditare|alacak|кредит|πίστωση|in"
    ),
    "amount": (
        "amount|betrag|umsatz|bedrag|transactiebedrag|kwota|montant|importe|importo|belopp|beløp|beløb|määrä|"
        "zaúčtovaná částka|částka|čiastka|suma|summa|összeg|znesek|iznos|montante|objem|valor|tutar|"
        "сума|ποσό|value|sum|total|gross|brutto|bruto|brut"
    ),
    "currency": (
        "currency|währung|waehrung|munt|muntsoort|waluta|devise|divisa|měna|mena|deviza|pénznem|moneda|moeda|"
        "valuta|valiuta|valūta|valuuta|валута|ccy|cur"
    ),
    "account": (
        "auftragskonto|own account|iban/bban|rekeningnummer|wallet-iban|iban kontoinhaber|rekening|"
        "account number|account|konto|rapporto|conto|cuenta|conta|číslo účtu|účet|számlaszám|sąskait|compte|račun"
    ),
    "end_to_end_id": "end-to-end|end to end|endtoend|kundenreferenz|transactiereferentie",
    "mandate_id": "mandat|machtiging",
    "creditor_id": "creditor id|gläubiger|glaeubiger|incassant",
    "bank_ref": (
        "transaction id|transferwise id|buchungsreferenz|bank reference|volgnr|operation number|"
        "reference number|transaktions-id|arkistointitunnus|arkistotunnus|id transakce|įrašo nr|referentie|"
        "arhiveerimistunnus|referinta|id"
    ),
    "reference": (
        "variable symbol|variabilní symbol|variabilný symbol|viitenumero|viite|viitenumber|gestructureerde mededeling|"
        "structured communication|communication structurée|sklic|kid|vs"
    ),
    "iban": (
        "partner iban|counterparty account|iban zahlungsbeteiligter|kontonummer/iban|tegenrekening|"
        "counterparty iban|payee account|bank account|numer konta|číslo protiúčtu|protiúčet|saajan tilinumero|"
        "partner számlaszáma|ellenoldali számlaszám|rekeningnummer tegenpartij|counterparty|iban"
    ),
    "bic": "bic|swift|blz",
    "counterparty": (
        "partner name|counterparty name|counter party|naam tegenpartij|tegenrekeninghouder|counteraccount name|"
        "název protiúčtu|názov protiúčtu|partner neve|ellenoldali név|saaja/maksaja|saaja/maksja|counterparty|"
        "beguenstigter|begünstigter|auftraggeber/empfänger|auftraggeber|name zahlungsbeteiligter|naam|payee|payer|"
        "nadawca|merchant|supplier|partner|empfänger|namn|navn|name|tiers|kontrahent|gavėjas|beneficiario|ordinante|контрагент"
    ),
    "text": (
        "verwendungszweck|avisierungstext|remittance|payment reference|description|omschrijving|vrije mededeling|"
        "mededelingen|memo|label|libellé|tytuł|opis|beschreibung|descrizione|descrição|descricao|descripción|"
        "descripcion|közlemény|zpráva|správa pre|meddelande|rubrik|tittel|forklaring|viesti|paaiškinim|paskirtis|"
        "popis|namen|item title|descriere|основание|αιτιολογία|details|detail|text|tekst|selitys|reference|narrative|"
        "message|concepto|selgitus|notes|purpose|poznámka|observaciones"
    ),
    "additional": (
        "buchungstext|transaction type|umsatztyp|umsatzart|mutatiesoort|transaktionstyp|betaalwijze|typ transakce|"
        "tranzakció típusa|betalingstype|causale|laji|type|category|kategorie|code|typ|tipo"
    ),
    "status": "status|state|info|stan",
    "cheque_number": "check|cheque",
}  # fmt: skip
TITLES = {role: tuple(words.split("|")) for role, words in TITLES.items()}

#: Words for a day in languages whose speakers never write the month before it.
DAY_FIRST = ("datum", "data", "fecha", "dato", "päivä", "kuupäev", "buchung", "bokföring", "tarih")
#: Words that count only where they are the whole title.
ALONE = frozenset({"in", "out", "id", "dare", "avere", "debe", "haber", "valor"})
#: Of the words for the own account, so many first ones stand for nothing else.
SURELY_OWN = 7
#: Words of a balance before a booking, which is not the one that is meant.
BEFORE = ("begin", "start", "before", "opening", "vor", "initial")
#: Parts of titles of the other side's account, never the own one.
OTHER_SIDE = ("gegen", "tegen", "counter", "contra", "kontra", "proti", "partner", "ellenoldali", "payee", "benefici")

#: Titles of a column that says debit or credit.
MARK_TITLES = (
    "d/c", "c/d", "dc", "s/h", "af bij", "af/bij", "debit/credit", "credit/debit", "soll/haben", "mark",
    "sign",
)  # fmt: skip

#: (debits, credits): words that say the direction of an amount.
MARKS = (
    ("d", "c"), ("s", "h"), ("soll", "haben"), ("af", "bij"), ("debit", "credit"), ("db", "cr"), ("dr", "cr"),
    ("-", "+"), ("out", "in"), ("dbit", "crdt"), ("lastschrift", "gutschrift"), ("belastung", "gutschrift"),
    ("d", "k"), ("debet", "kredit"), ("débito", "crédito"), ("uscita", "entrata"), ("t", "j"), ("terhelés", "jóváírás"),
    ("outflow", "inflow"), ("outgoing", "incoming"),
)  # fmt: skip

BOOKED = {
    "completed", "booked", "gebucht", "umsatz gebucht", "posted", "settled", "executed", "processed", "done", "cleared",
    "zakończono", "verwerkt", "bokført", "bokförd", "contabilizzato", "zaúčtováno", "könyvelt", "teljesült",
}  # fmt: skip
PENDING = {
    "pending", "vorgemerkt", "umsatz vorgemerkt", "authorised", "authorized", "in progress", "waiting", "processing",
    "w trakcie", "reservert", "reserverat", "reserveret", "blokovaná", "in sospeso",
}  # fmt: skip
LEFT_OUT = {"reverted", "declined", "failed", "cancelled", "canceled", "rejected", "abgelehnt", "cofnięto"}

OPENING = (
    "start of period", "opening", "beginning", "previous balance", "old balance", "anfangssaldo",
    "alter kontostand", "letzter kontostand", "beginsaldo", "solde initial", "saldo początkowe", "saldo iniziale",
    "saldo inicial", "ingående saldo", "inngående saldo", "alkusaldo", "počáteční zůstatek", "počáteční stav",
    "počiatočný zostatok", "nyitó egyenleg", "likutis pradžiai", "sākuma atlikums", "algsaldo", "začetno stanje",
    "početno stanje",
)  # fmt: skip
CLOSING = (
    "end of period", "closing", "ending", "new balance", "endsaldo", "neuer kontostand", "eindsaldo",
    "solde final", "saldo końcowe", "saldo koncowe", "saldo finale", "saldo final", "utgående saldo", "loppusaldo",
    "konečný zůstatek", "koncový stav", "konečný zostatok", "záró egyenleg", "likutis pabaigai", "beigu atlikums",
    "lõppsaldo", "končno stanje", "završno stanje",
)
#: Rows of sums among the bookings.
#: First cells of rows of sums that bear no day.
SUMS = (
    "total", "totals", "suma", "summe", "gesamt", "somme", "totale", "totaal", "celkem", "razem", "összesen", "skupaj",
    "ukupno", "summa", "yhteensä",
)  # fmt: skip
TURNOVER = ("turnover", "apyvarta", "apgrozījums", "käive", "umsatzsumme", "totale movimenti")  # fmt: skip
CURRENT = ("balance", "saldo", "kontostand", "solde", "available")
FROM = ("from", "von", "start", "van", "du", "depuis", "desde", "od")
TO = ("to", "bis", "end", "tot", "au", "hasta", "do")
ACCOUNT = ("account", "konto", "rekening", "compte", "rachun", "iban", "cuenta")
CREDITS = ("total credits", "sum of credits", "summe gutschriften", "summe haben")
DEBITS = ("total debits", "sum of debits", "summe lastschriften", "summe soll")

#: Currencies that titles wear: ``Amount (SGD)``; other words of three capitals in a table are no currency.
CURRENCIES = (
    "EUR CHF GBP USD PLN SEK NOK DKK CZK HUF RON BGN ISK TRY RSD UAH JPY CNY HKD SGD INR IDR MYR THB KRW TWD PHP VND "
    "AED SAR QAR KWD BHD OMR JOD ILS EGP MAD TND DZD ZAR NGN KES GHS UGX TZS XOF XAF CAD AUD NZD MXN BRL ARS CLP COP "
    "PEN UYU BAM MKD ALL MDL GEL AMD AZN KZT RUB PKR BDT LKR HRK EEK LVL LTL"
).split()
