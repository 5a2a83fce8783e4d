"""Inside Odoo: a group with a company in Germany, Switzerland and the United Kingdom, each with a bank of its kind."""

from . import office


def build(env, *, psd2, sftp, accounts, openings, size):
    """
    :param psd2: address of the bank interface
    :param sftp: connector's fields for the OpenSSH server, its private key and the folders
    :param size: customers and vendors a country
    :return: ids and the numbers of documents, by country
    """
    germany = office.company(env, "Almond Deutschland", "de", "EUR", "Hamburg")
    swiss = office.company(env, "Almond Schweiz", "ch", "CHF", "Basel")
    britain = office.company(env, "Almond Britain", "uk", "GBP", "Leeds")
    companies = {"de": germany, "ch": swiss, "uk": britain}
    office.people(env, list(companies.values()), {"maker": "Maya Maker", "checker": "Carl Checker"})
    journals = {
        "de": office.bank_journal(
            env, germany, "HHB", "Hafenbank", accounts["de"], openings["de"], bic="ZZHBDE00", finance_rhythm="none"
        ),
        "ch": office.bank_journal(
            env, swiss, "BSL", "Basler Bank", accounts["ch"], openings["ch"], bic="ZZBBCH00", finance_rhythm="none"
        ),
        "uk": office.bank_journal(
            env, britain, "YRK", "York Bank", accounts["uk"], openings["uk"], clearing="200000",
            finance_originator="123456", finance_rhythm="none",
        ),
    }  # fmt: skip
    connectors = _connect(env, companies, psd2, sftp)
    documents = {code: _documents(env, code, company, size) for code, company in companies.items()}
    office.trust(env)
    return {
        "companies": {code: company.id for code, company in companies.items()},
        "journals": {code: journal.id for code, journal in journals.items()},
        "connectors": connectors,
        "documents": documents,
    }


def _connector(*args, **values):
    return office.connector(*args, owner="maker", **values)


def _connect(env, companies, psd2, sftp):
    def line(name):
        return office.line(sftp, name)

    payments, answers = {"name": "Payments", "kind": "payment_order"}, {"name": "Answers", "kind": "payment_answer"}
    api, api_flows = _connector(
        env, companies["de"], "de_api", "Hafenbank, interface", "berlin_group",
        [{"name": "Bookings", "kind": "statement"}], address=psd2, timeout_seconds=10, history_days=60,
        breaker_failures=2, breaker_seconds=5,
    )  # fmt: skip
    pays, _flows = _connector(
        env, companies["de"], "de_sftp", "Hafenbank, SFTP", "sftp", [payments, answers], **line("de")
    )
    standby, standby_flows = _connector(
        env, companies["de"], "de_standby", "Hafenbank, statements by SFTP", "sftp",
        [{"name": "Statements", "kind": "statement", "standby_for_id": api_flows["Bookings"]}], **line("de_statements"),
    )  # fmt: skip
    files, _flows = _connector(
        env, companies["ch"], "ch_sftp", "Basler Bank, SFTP", "sftp",
        [payments, {**answers, "pattern": "*.pain002.xml"},
         {"name": "Statements", "kind": "statement", "pattern": "*.sta, *.camt.xml"}], **line("ch"),
    )  # fmt: skip
    portal, _flows = _connector(env, companies["uk"], "uk_portal", "York Bank, portal", "portal", [payments])
    return {
        "api": api.id, "de_sftp": pays.id, "standby": standby.id, "standby_flow": standby_flows["Statements"],
        "ch_sftp": files.id, "portal": portal.id,
    }  # fmt: skip


PAYEES = {
    "de": ("Cobalt Werke", "Dune Atelier", "Elm Garage", "Fir Logistik"),
    "ch": ("Glarus Holz", "Jura Uhren", "Kanton Druck", "Limmat Transport"),
    "uk": ("MOSS MILLS LTD", "NETTLE PRINT LTD", "OAK HAULAGE LTD", "PEAR FOODS LTD"),
}
NUMBERS = {
    "de": ("DE79000000000000000002", "DE52000000000000000003", "DE25000000000000000004", "DE95000000000000000005"),
    "ch": ("CH4609999000000000002", "CH1909999000000000003", "CH8909999000000000004", "CH6209999000000000005"),
    "uk": ("87654321", "87654322", "87654323", "87654324"),
}
CUSTOMERS = ("Quince Shop", "Rowan Bakery", "Sorrel Cafe", "Thyme Hotel", "Umbel Clinic", "Violet Spa")


def _documents(env, code, company, size):
    """Open invoices and due bills: ``{"invoices": [[number, amount, customer]], "bills": [[payee, amount]]}``."""
    invoices, bills = [], []
    for place in range(size + (2 if code == "de" else 0)):  # two are paid around the outage
        customer = office.partner(env, f"{CUSTOMERS[place]} {code.upper()}", code, "Example Town")
        amount = 1000 + 111.11 * place
        number = office.document(env, company, "out_invoice", customer, amount)
        invoices.append([number, f"{amount:.2f}", customer.name])
    for place in range(size):
        payee = office.partner(
            env, PAYEES[code][place], code, "Example Town", NUMBERS[code][place],
            **({"clearing": "400000"} if code == "uk" else {"bic": "ZZBKDE00"}),
        )  # fmt: skip
        amount = 100 + 25.25 * place
        office.document(env, company, "in_invoice", payee, amount, ref=f"{code.upper()}-2026-{place + 1}")
        bills.append([payee.name, f"{amount:.2f}"])
    return {"invoices": invoices, "bills": bills}
