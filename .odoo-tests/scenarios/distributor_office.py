"""Inside Odoo: a distributor with three banks, one of them behind a treasury platform."""

import json
import urllib.request

from odoo import fields

from . import office

RATES = {"USD": 1.08, "CHF": 0.95}
#: (name, country, city, account, its bank, currency, amount, reference)
BILLS = (
    ("Cobalt Werke", "de", "Bremen", "DE79000000000000000002", {"bic": "ZZBKDE00"}, "EUR", 1250.00, "CW-4711"),
    ("Dune Atelier", "de", "Jena", "DE52000000000000000003", {"bic": "ZZBKDE00"}, "EUR", 480.50, "DA-88"),
    ("Elm Garage", "de", "Ulm", "DE25000000000000000004", {"bic": "ZZBKDE00"}, "EUR", 333.30, "EG-2026-17"),
    ("Fir Logistik", "de", "Kiel", "DE95000000000000000005", {"bic": "ZZBKDE00"}, "EUR", 95.00, "FIR-77"),
    ("Fir Logistik", "de", "Kiel", "DE95000000000000000005", {"bic": "ZZBKDE00"}, "EUR", 95.00, "FIR 77"),
    ("Ginkgo Foods", "de", "Trier", "DE68000000000000000006", {"bic": "ZZBKDE00"}, "EUR", 610.00, "G-1009"),
    ("Glarus Holz", "ch", "Glarus", "CH4609999000000000002", {"bic": "ZZBBCH00"}, "CHF", 2100.00, "GH-301"),
    ("Jura Uhren", "ch", "Delsberg", "CH1909999000000000003", {"bic": "ZZBBCH00"}, "CHF", 760.25, "JU-12"),
    ("Hudson Paper", "us", "Albany", "123456789", {"clearing": "021000021", "kind": "CACC"}, "USD", 1500.00, "HP-9"),
    ("Ithaca Tools", "us", "Ithaca", "987654321", {"clearing": "021000021", "kind": "CACC"}, "USD", 240.75, "IT-55"),
    ("Juneau Steel", "us", "Juneau", "555666777", {"clearing": "021000021", "kind": "CACC"}, "USD", 9800.00, "JS-1"),
)
#: Its account was told by mail last week; nobody has called back yet.
UNTRUSTED = "Ginkgo Foods"


def build(env, *, accounts, openings, sftp, ebics):
    """
    :param ebics: address of the EBICS bank
    :return: ids of company, journals, connectors and partners
    """
    company = office.company(env, "Harbour Supply", "de", "EUR", "Hamburg")
    for currency, rate in RATES.items():
        money = env["res.currency"].with_context(active_test=False).search([("name", "=", currency)])
        money.active = True
        env["res.currency.rate"].create(
            {"currency_id": money.id, "company_id": company.id, "rate": rate,
             "name": fields.Date.subtract(fields.Date.today(), days=90)}
        )  # fmt: skip
    office.people(env, [company], {"maya": "Maya Lind", "carl": "Carl Ober"})
    journals = {
        "nord": office.bank_journal(
            env, company, "NORD", "Nordbank", accounts["nord"], openings["nord"], bic="ZZNODE00", finance_rhythm="none"
        ),
        "alpen": office.bank_journal(
            env, company, "ALPEN", "Alpenbank", accounts["alpen"], openings["alpen"], currency="CHF", bic="ZZALCH00",
            finance_rhythm="none",
        ),
        "hudson": office.bank_journal(
            env, company, "HUDSON", "Hudson Bank", accounts["hudson"], openings["hudson"], currency="USD",
            bic="ZZHUUS00", clearing="121042882", finance_originator="1234567890", finance_rhythm="none",
        ),
    }  # fmt: skip
    connectors = _connect(env, company, journals, sftp, ebics)
    partners = {}
    for name, country, city, number, bank, currency, amount, reference in BILLS:
        if name not in partners:
            partners[name] = office.partner(env, name, country, city, number, **bank)
        office.document(env, company, "in_invoice", partners[name], amount, ref=reference, currency=currency)
    office.trust(env, but=[partners[UNTRUSTED]])
    return {
        "company": company.id,
        "journals": {code: journal.id for code, journal in journals.items()},
        "connectors": connectors,
        "partners": {name: partner.id for name, partner in partners.items()},
    }


def _connector(*args, **values):
    return office.connector(*args, owner="maya", **values)


def _connect(env, company, journals, sftp, ebics):
    payments, answers = {"name": "Payments", "kind": "payment_order"}, {"name": "Answers", "kind": "payment_answer"}
    statements = {"name": "Statements", "kind": "statement"}
    nord, nord_flows = _connector(
        env, company, "nordbank", "Nordbank, SFTP", "sftp",
        [payments, {**answers, "pattern": "*.pain002.xml"}, {**statements, "pattern": "*.camt.xml"}],
        **office.line(sftp, "nord"),
    )  # fmt: skip
    alpen, alpen_flows = _connector(
        env, company, "alpenbank", "Alpenbank, EBICS", "ebics",
        [{**payments, "ebics_preset": "ch_mct"}, {**answers, "ebics_preset": "ch_z01"},
         {**statements, "ebics_preset": "ch_z53"}, {"name": "Protocol", "kind": "ebics_protocol"}],
        address=f"{ebics}/", ebics_host_id="SANDBOX", ebics_partner_id="PARTNER1", ebics_user_id="USER1",
        ebics_key_bits=2048, timeout_seconds=20,
    )  # fmt: skip
    meridian, meridian_flows = _connector(
        env, company, "meridian", "Meridian Treasury", "sftp",
        [payments, {**answers, "pattern": "*.pain002.xml", "answered_by": "bank"},
         {**answers, "name": "Acknowledgements", "pattern": "*.ack.xml", "answered_by": "treasury"},
         {**statements, "pattern": "*.bai"}], domain="treasury",
        **office.line(sftp, "meridian"),
    )  # fmt: skip
    for code, flows in (("nord", nord_flows), ("alpen", alpen_flows), ("hudson", meridian_flows)):
        journals[code].finance_payment_flow_id = flows["Payments"]
    env.cr.commit()
    _initialise(env, alpen.ebics_user_ids, ebics)
    return {"nord": nord.id, "alpen": alpen.id, "meridian": meridian.id}


def _initialise(env, user, address):
    """Keys, letters and the bank's keys, each compared at the other side."""

    def desk(path, values=None):
        content = values and json.dumps(values).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{address}/desk/{path}", content), timeout=10) as answer:
            return json.load(answer)

    for step in (user.action_make_keys, user.action_send_keys, user.action_letter):
        step()
        env.cr.commit()  # what the bank knows of stands here, too
    hashes = {"A006": user.signature_hash, "X002": user.authentication_hash, "E002": user.encryption_hash}
    desk("activate", {"user": "USER1", "hashes": hashes})
    user.action_fetch_bank_keys()
    told = desk("letter")
    user.write({"told_authentication": told["X002"], "told_encryption": told["E002"]})
    user.action_confirm_bank_keys()
