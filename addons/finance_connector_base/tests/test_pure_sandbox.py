"""The sandbox tells the truth: effects are counted, faults come as planned, a restart keeps the journal."""

import json
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from .pure import PureCase
from .sandbox import sandbox

PAYMENT = {"end_to_end_id": "E2E-1", "amount": "10.00", "currency": "EUR", "creditor_account": "DE1"}
FILE = b"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn><PmtInf>
<CdtTrfTxInf><PmtId><EndToEndId>A</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">1.50</InstdAmt></Amt></CdtTrfTxInf>
<CdtTrfTxInf><PmtId><EndToEndId>B</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">2.50</InstdAmt></Amt></CdtTrfTxInf>
</PmtInf></CstmrCdtTrfInitn></Document>"""


class TestSandbox(PureCase):
    def setUp(self):
        super().setUp()
        self.sandbox = self.enterContext(sandbox())

    def call(self, method, path, body=None, seconds=2, server=None, **headers):
        """``(status, body)``; the status is None where no answer came."""
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            (server or self.sandbox).address + path, data=content, method=method, headers=named
        )
        try:
            with urllib.request.urlopen(request, timeout=seconds) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return None, b""

    def pay(self, **headers):
        return self.call("POST", "/bank/payments", PAYMENT, **headers)[0]

    def paid(self):
        return len(self.sandbox.effects("bank", "payment"))

    def test_a_key_makes_one_payment_of_many_calls(self):
        self.assertEqual([self.pay(Idempotency_Key="K") for _try in range(3)], [201, 200, 200])
        other = {**PAYMENT, "amount": "11.00"}
        self.assertEqual(self.call("POST", "/bank/payments", other, Idempotency_Key="K")[0], 409)
        self.assertEqual(self.paid(), 1)

    def test_a_bank_without_memory_pays_twice(self):
        self.call("POST", "/_control/settings", {"party": "bank", "idempotency": False})
        self.assertEqual([self.pay(Idempotency_Key="K") for _try in range(2)], [201, 201])
        self.assertEqual(self.paid(), 2)

    def test_a_payment_can_be_asked_for_only_after_it_is_booked(self):
        self.call("POST", "/_control/settings", {"party": "bank", "booking_seconds": 0.3})
        self.pay(Idempotency_Key="K")
        self.assertEqual(self.call("GET", "/bank/payments/K")[0], 404)
        time.sleep(0.35)
        self.assertEqual(self.call("GET", "/bank/payments/K")[0], 200)

    def test_a_file_pays_each_of_its_payments_once(self):
        statuses = [self.call("POST", "/bank/files", FILE, X_File_Name="run-1")[0] for _try in range(2)]
        self.assertEqual((statuses, self.paid()), ([201, 200], 2))
        self.assertEqual(self.call("POST", "/bank/files", FILE + b" ", X_File_Name="run-1")[0], 409)

    def test_faults_before_and_after_the_effect(self):
        for kind, status, effects in (
            ("timeout_before", None, 0),
            ("timeout_after", None, 1),
            ("reset_before", None, 0),
            ("reset_after", None, 1),
            ("429", 429, 0),
            ("503", 503, 0),
            ("502_after", 502, 1),
            ("error_inside", 200, 0),
            ("malformed", 201, 1),
            ("slow", None, 1),
        ):
            with self.subTest(kind):
                self.sandbox.reset()
                found = self.call("POST", "/bank/payments", PAYMENT, 0.3, X_Sandbox_Fault=f"{kind}; seconds=1")[0]
                self.assertEqual((found if kind != "slow" else None, self.paid()), (status, effects))

    def test_planned_faults_are_spent_and_repeatable(self):
        self.sandbox.fault("503", times=2, skip=1, path="payments")
        self.assertEqual([self.pay() for _try in range(4)], [201, 503, 503, 201])

        def run():
            self.call("POST", "/_control/reset", {"seed": 11})
            self.call("POST", "/_control/faults", {"kind": "503", "chance": 0.5, "times": None})
            return [self.pay() for _try in range(20)]

        first = run()
        self.assertEqual(first, run())
        self.assertEqual(set(first), {201, 503})

    def test_magic_value_once(self):
        magic = {**PAYMENT, "end_to_end_id": "fault-503-once"}
        self.assertEqual([self.call("POST", "/bank/payments", magic)[0] for _try in range(2)], [503, 201])

    def test_restart_keeps_the_journal(self):
        with tempfile.TemporaryDirectory() as folder:
            journal = Path(folder) / "journal"
            for status in (201, 200):
                with sandbox(state=journal) as restarted:
                    answer = self.call("POST", "/bank/payments", PAYMENT, server=restarted, Idempotency_Key="K")
                    self.assertEqual(answer[0], status)
                    self.assertEqual(len(restarted.effects("bank")), 1)

    def test_control_lists_effects_and_calls(self):
        self.pay()
        effects = json.loads(self.call("GET", "/_control/effects?party=bank")[1])
        self.assertEqual([(effect["kind"], effect["key"]) for effect in effects], [("payment", "E2E-1")])
        self.assertEqual(len(json.loads(self.call("GET", "/_control/calls")[1])), 1)
        self.assertEqual(self.call("POST", "/_control/faults", {"kind": "no such"})[0], 400)
