"""The sandbox's EBICS bank with a user of ours, for tests over real HTTP."""

import functools
import json
import urllib.request
from datetime import UTC, datetime

from odoo.addons.finance_connector_base.tests.sandbox import sandbox

from ..ebics import keys as ebics_keys
from ..ebics.journal import MemoryJournal
from ..ebics.keys import make_keys
from ..ebics.transport import PURPOSE, Ebics

HOST, PARTNER, USER = "SANDBOX", "PARTNER1", "USER1"
STATEMENTS = {"name": "EOP", "scope": "DE", "container": "ZIP", "message": "camt.053", "version": "08"}
PAYMENTS = {"name": "SCT", "message": "pain.001", "version": "09"}


@functools.cache
def user_keys(user_id=USER):
    """Keys take a while to make: one set a user for all tests; the shortest allowed."""
    return make_keys(user_id, "Own Company", datetime.now(UTC), bits=2048)


def payment_file(*amounts, mark="A"):
    items = "".join(
        f"<CdtTrfTxInf><PmtId><EndToEndId>{mark}{number}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="EUR">{amount}</InstdAmt></Amt></CdtTrfTxInf>\n'
        for number, amount in enumerate(amounts)
    )
    return (
        '<?xml version="1.0"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>'
        f"<PmtInf>{items}</PmtInf></CstmrCdtTrfInitn></Document>\r\n"
    ).encode()


class EbicsBank:
    """The bank and one or more users of ours there."""

    def __init__(self, running=None):
        self.sandbox = running or sandbox()
        self.journal = MemoryJournal()
        self.users = [USER]

    def __enter__(self):
        self.sandbox.__enter__()
        return self

    def __exit__(self, *exc_info):
        self.sandbox.__exit__(*exc_info)

    @property
    def address(self):
        return self.sandbox.url("ebics") + "/"

    @property
    def settings(self):
        """The bank's own settings, to be changed."""
        return self.sandbox.parties["ebics"].settings

    def desk(self, path, **values):
        request = urllib.request.Request(
            f"{self.address}desk/{path}", json.dumps(values).encode() if values else None,
            {"Content-Type": "application/json"}, method="GET" if path == "letter" else "POST",
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def effects(self, kind):
        return self.sandbox.effects("ebics", kind)

    def receipts(self):
        return [effect["data"]["code"] for effect in self.effects("receipt")]

    def payments(self):
        return [effect["data"]["end_to_end_id"] for effect in self.effects("payment")]

    def transport(self, order="BTD", service=None, *, bank_keys=None, **values):
        settings = {
            "address": self.address, "environment": "sandbox", "timeout_seconds": 20, "max_bytes": 1 << 24,
            "auth_scheme": "none", "sign_scheme": "none", "internal": (), "username": "", "ebics_host": HOST,
            "ebics_partner": PARTNER, "ebics_users": self.users, "ebics_order": order,
            "ebics_service": service or (PAYMENTS if order == "BTU" else STATEMENTS),
            "ebics_bank_keys": self.bank_keys if bank_keys is None else bank_keys,
            "ebics_journal": self.journal, **values,
        }  # fmt: skip
        kept = ebics_keys.users_to_text({user: user_keys(user) for user in self.users})
        return Ebics(settings, {PURPOSE: kept})

    bank_keys = ""

    def initialise(self, user=USER):
        """The whole way of one user, with the letter compared at both sides."""
        self.users = [user, *(other for other in self.users if other != user)]
        client = self.transport(bank_keys="").client()
        client.send_signature_key()
        client.send_other_keys()
        self.activate(user)
        found = client.fetch_bank_keys()
        self.bank_keys = ebics_keys.bank_keys_to_text(found)
        return found

    def activate(self, user=USER):
        hashes = {pair.version: ebics_keys.certificate_hash(pair.certificate).hex() for pair in user_keys(user).all()}
        self.desk("activate", user=user, hashes=hashes)

    def fault(self, **values):
        self.settings["faults"] = [*self.settings["faults"], values]

    def offer(self, **files):
        self.desk("offer", service="EOP/DE/-/ZIP/camt.053", files=files)
