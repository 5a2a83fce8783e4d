from odoo.tests import tagged

from .common import TaxCase


@tagged("post_install", "-at_install")
class TestTrace(TaxCase):
    """An invoice and what a tax engine said about it belong to one trace, from either end."""

    def test_from_each_end(self):
        move = self.invoice(100.0)
        move.action_determine_tax()
        determination = move.tax_determination_id
        for record in (move, determination):
            with self.subTest(record._name):
                params = record.action_trace()["params"]
                trace = self.env["finance.trace"].read_trace(params["model"], params["res_id"])
                stages = {stage["stage"]: stage["opens"]["id"] for stage in trace["chain"]}
                self.assertEqual(stages, {"document": move.id, "tax": determination.id})
                self.assertTrue(trace["linked"])
                self.assertIn("Tax determination made", [step["title"] for step in trace["steps"]])
