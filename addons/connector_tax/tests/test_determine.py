import random
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import TaxCase


@tagged("post_install", "-at_install")
class TestDetermine(TaxCase):
    def test_button_puts_the_engines_tax_on_the_draft(self):
        move = self.invoice(100.0, 19.99)
        self.assertEqual((move.tax_status, move.amount_tax), ("missing", 0.0))
        move.action_determine_tax()
        determination = move.tax_determination_id
        self.assertEqual(move.tax_status, "valid")
        self.assertEqual(move.amount_tax, 11.4)
        self.assertEqual(determination.amount_tax, 11.4)
        self.assertEqual(determination.state, "quoted")
        self.assertEqual(len(determination.line_ids), 8)
        self.assertEqual(
            self.tax_lines(move),
            [
                ("City tax", -1.2),
                ("County tax", -0.3),
                ("District tax", -2.7),
                ("State tax", -7.2),
            ],
        )

    def test_same_question_is_asked_once(self):
        move = self.invoice()
        move.action_determine_tax()
        move.action_determine_tax()
        self.assertEqual(len(self.calls()), 1)
        other = self.invoice()
        other.action_determine_tax()
        self.assertEqual(len(self.calls()), 1)
        self.assertEqual((other.amount_tax, other.tax_determination_id.origin), (9.5, "kept"))

    def test_an_old_quote_is_asked_for_again(self):
        move = self.invoice()
        move.action_determine_tax()
        move.tax_determination_id.sudo().determined_on = fields.Datetime.now() - timedelta(hours=73)
        self.assertEqual(move.tax_status, "stale")
        move.action_determine_tax()
        self.assertEqual((len(self.calls()), move.tax_status), (2, "valid"))

    def test_edit_makes_it_stale_and_posting_asks_again(self):
        move = self.invoice()
        move.action_determine_tax()
        move.invoice_line_ids.quantity = 3
        self.assertEqual((move.tax_status, move.amount_tax), ("stale", 0.0))
        move.action_post()
        self.assertEqual((move.state, move.amount_tax), ("posted", 28.5))
        self.assertEqual(sorted(move.tax_determination_ids.mapped("state")), ["quoted", "superseded"])

    def test_edit_back_is_the_same_question(self):
        move = self.invoice()
        move.action_determine_tax()
        line = move.invoice_line_ids
        line.quantity = 3
        line.quantity = 1
        self.assertEqual((move.tax_status, move.amount_tax), ("valid", 9.5))
        move.action_post()
        self.assertEqual(len(self.calls()), 1)

    def test_amounts_revived_on_another_question_are_not_believed(self):
        move = self.invoice()
        move.action_determine_tax()
        self.customer.write(self.address("PA", "19147", "Philadelphia"))
        move.invalidate_recordset()
        self.assertEqual((move.amount_tax, move.tax_status), (9.5, "stale"))
        with self.assertRaisesRegex(UserError, "has not been determined"):
            move._post()
        move.action_post()
        self.assertEqual(move.amount_tax, 8.0)

    def test_amounts_tampered_with_are_put_back(self):
        move = self.invoice()
        move.action_determine_tax()
        move.invoice_line_ids.tax_ids = [Command.clear()]
        self.assertEqual((move.amount_tax, move.tax_status), (0.0, "stale"))
        move.action_post()
        self.assertEqual((move.amount_tax, len(self.calls())), (9.5, 1))

    def test_posting_determines_by_itself(self):
        move = self.invoice()
        move.action_post()
        self.assertEqual((move.state, move.amount_tax, len(self.calls())), ("posted", 9.5, 1))

    def test_post_never_calls(self):
        move = self.invoice()
        with self.assertRaisesRegex(UserError, "has not been determined"):
            move._post()
        self.assertFalse(self.sandbox.calls)

    def test_posting_many_at_once(self):
        moves = self.invoice(10.0) + self.invoice(20.0)
        self.env["validate.account.move"].create({"move_ids": [Command.set(moves.ids)]}).validate_move()
        self.assertEqual(moves.mapped("state"), ["posted", "posted"])
        self.assertEqual(moves.mapped("amount_tax"), [0.95, 1.9])

    def test_posting_by_schedule(self):
        move = self.invoice(auto_post="at_date")
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_auto_post_draft_entry").method_direct_trigger()
        self.assertEqual((move.state, move.amount_tax), ("posted", 9.5))

    def test_discount_food_and_negative_line(self):
        move = self.invoice(
            invoice_line_ids=[
                Command.create({"product_id": self.goods.id, "price_unit": 200.0, "discount": 10.0, "tax_ids": False}),
                Command.create({"product_id": self.food.id, "price_unit": 50.0, "tax_ids": False}),
                Command.create({"name": "Rebate", "price_unit": -20.0, "tax_ids": False}),
                Command.create({"display_type": "line_note", "name": "Thank you"}),
            ]
        )
        move.action_determine_tax()
        self.assertEqual((move.amount_untaxed, move.amount_tax), (210.0, 15.2))
        self.assertEqual(move.tax_determination_id.amount_taxable, 160.0)

    def test_foreign_currency(self):
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 0.5)])
        move = self.invoice(currency_id=euro.id)
        move.action_determine_tax()
        self.assertEqual((move.amount_tax, move.amount_tax_signed), (9.5, 19.0))
        move.action_post()
        self.assertEqual(move.tax_determination_id.currency_id, euro)

    def test_odd_amounts_keep_the_engines_sum(self):
        """Whatever Odoo rounds, by line or for the whole document, the engine's sum is booked."""
        dice = random.Random(7)
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            lines = [
                Command.create(
                    {
                        "product_id": self.goods.id,
                        "quantity": dice.choice([1, 3, 0.333, 7]),
                        "price_unit": round(dice.uniform(0.01, 99), 2),
                        "discount": dice.choice([0, 0, 12.5, 33.33]),
                        "tax_ids": False,
                    }
                )
                for _number in range(30)
            ]
            with self.subTest(method):
                move = self.invoice(invoice_line_ids=lines)
                move.action_post()
                determination = move.tax_determination_id
                self.assertEqual(self.usd.compare_amounts(move.amount_tax, determination.amount_tax), 0)
                booked = -sum(move.line_ids.filtered("tax_line_id").mapped("balance"))
                self.assertEqual(self.usd.compare_amounts(booked, determination.amount_tax), 0)

    def test_currency_without_cents(self):
        yen = self.setup_other_currency("JPY", rates=[("2020-01-01", 150.0)], rounding=1.0)
        move = self.invoice(1230.0, 4570.0, currency_id=yen.id)
        move.action_post()
        self.assertEqual((move.state, move.amount_tax), ("posted", 551.0))

    def test_status_follows_the_screen(self):
        move = self.invoice()
        move.action_determine_tax()
        with Form(move) as form:
            self.assertEqual(form.tax_status, "valid")
            with form.invoice_line_ids.edit(0) as line:
                line.quantity = 2
            self.assertEqual(form.tax_status, "stale")
            with form.invoice_line_ids.edit(0) as line:
                line.quantity = 1
            self.assertEqual(form.tax_status, "valid")

    def test_deleted_draft_leaves_its_evidence(self):
        move = self.invoice()
        move.action_determine_tax()
        determination = move.tax_determination_id
        move.unlink()
        self.assertTrue(determination.exists())
        self.assertFalse(determination.move_id)

    def test_copy_starts_anew(self):
        move = self.invoice()
        move.action_post()
        copied = move.copy()
        self.assertEqual((copied.amount_tax, copied.tax_status), (0.0, "missing"))
        self.assertFalse(any(copied.invoice_line_ids.mapped("extra_tax_data")))

    def test_credit_note_of_the_whole_invoice_mirrors_its_tax(self):
        move = self.invoice(100.0, 33.33)
        move.action_post()
        refund = move._reverse_moves([{"invoice_date": "2026-04-01"}], cancel=True)
        self.assertEqual((refund.state, refund.amount_tax), ("posted", move.amount_tax))
        self.assertEqual(refund.tax_determination_id.origin, "mirror")
        self.assertEqual(refund.tax_determination_id.amount_tax, -move.amount_tax)
        self.assertEqual(len(self.calls()), 1)

    def test_partial_credit_note_is_asked_for_at_the_old_law(self):
        self.customer.write(self.address("CO", "80202", "Denver"))
        move = self.invoice(invoice_date="2026-06-15", date="2026-06-15")
        move.action_post()
        refund = move._reverse_moves([{"invoice_date": "2026-08-01", "date": "2026-08-01"}])
        refund.invoice_line_ids.price_unit = 50.0
        refund.action_post()
        self.assertEqual((move.amount_tax, refund.amount_tax), (8.81, 4.41))
        self.assertEqual(str(refund.tax_determination_id.tax_date), "2026-06-15")

    def test_exempt_customer(self):
        self.customer.write({"finance_tax_entity_use": "G", "finance_tax_exemption": "RESALE-1"})
        move = self.invoice()
        move.action_post()
        self.assertEqual((move.amount_tax, move.tax_determination_id.amount_taxable), (0.0, 0.0))
        self.assertEqual(sum(move.tax_determination_id.line_ids.mapped("amount_exempt")), 400.0)

    def test_refusal_is_told_and_kept(self):
        self.customer.zip = "00000"
        move = self.invoice()
        told = move.action_determine_tax()
        self.assertIn("Zip is not valid", told["params"]["message"])
        self.assertEqual(move.tax_status, "failed")
        case = self.env["finance.exception"].search([("res_model", "=", "account.move"), ("res_id", "=", move.id)])
        self.assertEqual((case.code, case.state, case.domain), ("tax.address", "open", "tax"))
        with self.assertRaisesRegex(UserError, "Zip is not valid"):
            move.action_post()
        self.customer.zip = "90012"
        move.action_determine_tax()
        self.assertEqual((move.tax_status, case.state), ("valid", "solved"))
        self.assertEqual(sorted(move.tax_determination_ids.mapped("state")), ["quoted", "superseded"])

    def test_one_refusal_does_not_stop_the_others(self):
        nowhere = self.customer.copy({"zip": "00000"})
        good, bad = self.invoice(10.0), self.invoice(20.0, partner_id=nowhere.id)
        told = (good + bad).action_determine_tax()
        self.assertIn("Zip is not valid", told["params"]["message"])
        self.assertEqual((good.tax_status, bad.tax_status), ("valid", "failed"))

    def test_refusal_at_posting_is_kept_although_nothing_is_posted(self):
        self.customer.zip = "00000"
        move = self.invoice()
        with self.enter_registry_test_mode():
            try:
                move.action_post()
            except UserError as error:
                self.assertIn("Zip is not valid", str(error))
        self.env.invalidate_all()
        self.assertEqual((move.state, move.tax_status), ("draft", "failed"))

    def test_answer_that_does_not_add_up_is_refused(self):
        self.sandbox.fault("total_wrong")
        move = self.invoice()
        move.action_determine_tax()
        self.assertEqual((move.tax_status, move.tax_determination_ids.error_code), ("failed", "tax.sums"))
        self.assertEqual(move.amount_tax, 0.0)

    def test_level_without_tax_is_told(self):
        self.connector.tax_mapping_ids.filtered(lambda mapping: mapping.level == "city").unlink()
        move = self.invoice()
        move.action_determine_tax()
        self.assertEqual(move.tax_determination_ids.error_code, "mapping.tax")

    def test_region_has_its_own_tax(self):
        general = self.connector.tax_mapping_ids.filtered(lambda mapping: mapping.level == "state")
        own = general.tax_id.copy({"name": "California tax"})
        general.copy({"region": "CA", "tax_id": own.id})
        move = self.invoice()
        move.action_determine_tax()
        self.assertIn(own, move.invoice_line_ids.tax_ids)
        self.assertNotIn(general.tax_id, move.invoice_line_ids.tax_ids)

    def test_other_position_needs_other_taxes(self):
        move = self.invoice()
        move.action_determine_tax()
        move.fiscal_position_id = False
        with self.assertRaisesRegex(UserError, "no longer names one"):
            move.action_post()

    def test_vendor_bills_and_entries_are_left_alone(self):
        bill = self.invoice(move_type="in_invoice")
        self.assertFalse(bill.tax_by_engine)
        bill.action_post()
        self.assertFalse(self.sandbox.calls)

    def test_in_the_background(self):
        moves = self.invoice(10.0) + self.invoice(20.0)
        with trap_jobs() as trap:
            moves.action_determine_tax_later()
            trap.assert_jobs_count(2)
            trap.perform_enqueued_jobs()
        self.assertEqual(moves.mapped("tax_status"), ["valid", "valid"])

    def test_test_button(self):
        self.connector.action_test()
        self.assertEqual(self.connector.health, "ok")
        self.connector.credential_ids.secret = "wrong"
        self.connector.action_test()
        self.assertEqual(self.connector.health, "auth")

    def test_rate_table_instead_of_the_engine(self):
        """Swapping the engine changes connector and mapping records, nothing else."""
        table = self.connector.copy({"code": "table", "tax_provider": "rate_table", "state": "active"})
        table.tax_mapping_ids = [
            Command.create({"level": mapping.level, "tax_id": mapping.tax_id.id})
            for mapping in self.connector.tax_mapping_ids
        ]
        table.tax_rate_ids = [
            Command.create(
                {"level": "state", "name": "California", "rate": 7.25,
                 "country_id": self.customer.country_id.id, "state_id": self.customer.state_id.id}
            )
        ]  # fmt: skip
        self.position.tax_connector_id = table
        move = self.invoice()
        move.action_post()
        self.assertEqual((move.amount_tax, move.tax_determination_id.state), (7.25, "committed"))
        self.assertFalse(self.sandbox.calls)
