"""The banks of the company, its customers and vendors. Every name and number is invented."""

from decimal import Decimal

from .numbers import account
from .values import Bank, Partner

BANKS = (
    Bank("eur", "Bank am Leuchtturm", "ZZLTDEH9", "DE", account("DE", 4711), "EUR", "LEU", Decimal("184250.40"), 31),
    Bank("chf", "Kantonsbank Alpenrain", "ZZARCHZ9", "CH", account("CH", 4712), "CHF", "ALP", Decimal("96410.15"), 7),
    Bank("usd", "Harbour Point Bank", "ZZHTIED9", "IE", account("IE", 4713), "USD", "HPB", Decimal("71895.00"), 12),
)
#: A deposit account that has no journal yet.
DEPOSIT = account("DE", 4799)

# name, country, currency, habit, style, discount
_CUSTOMERS = (
    ("Tannhag Küchen GmbH", "DE", "EUR", "reference", "rf", False),
    ("Morgenrain Haustechnik GmbH", "DE", "EUR", "reference", "rf", False),
    ("Seewindhof Ausrüster KG", "DE", "EUR", "reference", "rf", False),
    ("Kiekduin Interieur NV", "BE", "EUR", "reference", "ogm", False),
    ("Klaverhoek Tuinmeubelen NV", "BE", "EUR", "reference", "ogm", False),
    ("Lumipolku Sisustus Oy", "FI", "EUR", "reference", "fi", False),
    ("Karhunlahti Kaluste Oy", "FI", "EUR", "reference", "fi", False),
    ("Zilverkraai Handel BV", "NL", "EUR", "number", None, False),
    ("Gamskogel Sporthaus GmbH", "AT", "EUR", "number", None, False),
    ("Quittenbaum Feinkost GmbH", "DE", "EUR", "number", None, False),
    ("Rabensteg Bürobedarf GmbH", "DE", "EUR", "loose", None, False),
    ("Elsterbrook Floristik GmbH", "DE", "EUR", "silent", None, False),
    ("Wolkenfurt Reisebedarf GmbH", "DE", "EUR", "silent", None, False),
    ("Haselmoor Baumarkt KG", "DE", "EUR", "discount", None, True),
    ("Almkammer Tischlerei GmbH", "AT", "EUR", "discount", None, True),
    ("Sieben Linden Hotelgruppe GmbH", "DE", "EUR", "collector", None, False),
    ("Drosselgrund Objekteinrichtung GmbH", "DE", "EUR", "rounding", None, False),
    ("Fuchsbau Werkstätten GmbH", "DE", "EUR", "partial", None, False),
    ("Prairie Lantern Imports Inc.", "US", "USD", "foreign", None, False),
    ("Murmelbach Wohnen AG", "CH", "CHF", "reference", "qrr", False),
    ("Arvenholz Möbel AG", "CH", "CHF", "reference", "qrr", False),
    ("Seilbahn Stübli Gastro GmbH", "CH", "CHF", "reference", "qrr", False),
    ("Enziankeller Getränke AG", "CH", "CHF", "reference", "qrr", False),
    ("Dohlenfels Optik AG", "CH", "CHF", "number", None, False),
    ("Copper Heron Trading LLC", "US", "USD", "number", None, False),
    ("Juniper Fjord Outfitters Inc.", "US", "USD", "fee", None, False),
)

_VENDORS = (
    ("Spätzle & Span Holzhandel GmbH", "DE", "EUR", "transfer"),
    ("Kormoran Spedition GmbH", "DE", "EUR", "transfer"),
    ("Papierkranich Verpackung KG", "DE", "EUR", "transfer"),
    ("Druckerei Tintenfisch GmbH", "DE", "EUR", "transfer"),
    ("Weberknecht Textil GmbH", "AT", "EUR", "transfer"),
    ("Oude Molen Lijmen BV", "NL", "EUR", "transfer"),
    ("Glühwurm Stadtwerke GmbH", "DE", "EUR", "debit"),
    ("Telekobold Netze GmbH", "DE", "EUR", "debit"),
    ("Mietpark Hummel GmbH", "DE", "EUR", "debit"),
    ("Rhätische Schraubenhütte AG", "CH", "CHF", "transfer"),
    ("Gletschermühle Logistik AG", "CH", "CHF", "transfer"),
    ("Blue Pelican Freight Inc.", "US", "USD", "transfer"),
)


def customers():
    return tuple(
        Partner(f"c{place:02}", name, country, currency, habit, account(country, 20_000 + place), style, discount)
        for place, (name, country, currency, habit, style, discount) in enumerate(_CUSTOMERS, start=1)
    )


def vendors():
    return tuple(
        Partner(f"v{place:02}", name, country, currency, habit, account(country, 50_000 + place))
        for place, (name, country, currency, habit) in enumerate(_VENDORS, start=1)
    )
