from ..core.errors import CATEGORIES
from ..core.protocol import (
    IN_STATES,
    MOVES,
    OUT_STATES,
    Policy,
    after_process_error,
    after_send_error,
    may_move,
)
from .pure import PureCase

POLICY = Policy(max_tries=3, first_wait=10, factor=3.0, longest_wait=60, quiet=100)


class TestPolicy(PureCase):
    def test_waiting_grows_to_a_limit(self):
        self.assertEqual([POLICY.wait(tries) for tries in (0, 1, 2, 3, 50)], [10, 10, 30, 60, 60])


class TestMoves(PureCase):
    def test_every_state_is_known(self):
        states = {*OUT_STATES, *IN_STATES}
        self.assertEqual(set(MOVES), states)
        self.assertTrue(all(targets <= states for targets in MOVES.values()))

    def test_final_is_final(self):
        self.assertFalse(any(may_move("processed", state) for state in MOVES))
        self.assertFalse(any(may_move("cancelled", state) for state in MOVES))

    def test_nothing_is_sent_twice_without_asking(self):
        """From sent or unknown only an answer leads back to ready; nothing leads to sending but ready."""
        self.assertEqual([state for state in MOVES if may_move(state, "sending")], ["ready"])
        self.assertFalse(may_move("sent", "ready"))


class TestSendErrors(PureCase):
    def test_every_category_has_an_outcome_the_protocol_allows(self):
        for category, _label in CATEGORIES:
            for tries in range(1, 5):
                outcome = after_send_error(category, tries, POLICY)
                self.assertTrue(may_move("sending", outcome.state), category)
                self.assertTrue(outcome.wait is not None or outcome.case, f"{category} would be forgotten")

    def test_transient_ends_in_a_case(self):
        self.assertEqual(after_send_error("transient", 1, POLICY).wait, 10)
        last = after_send_error("transient", 3, POLICY)
        self.assertEqual((last.state, last.case), ("dead", True))

    def test_rate_limit_waits_as_told_and_costs_nothing(self):
        outcome = after_send_error("rate_limited", 99, POLICY, retry_after=77)
        self.assertEqual((outcome.state, outcome.wait, outcome.counts), ("ready", 77, False))

    def test_auth_pauses_the_connector(self):
        outcome = after_send_error("auth", 1, POLICY)
        self.assertTrue(outcome.pause and outcome.case)

    def test_what_may_have_arrived_is_unknown(self):
        for category in ("outcome_unknown", "remote_defect", "defect", "a new one"):
            outcome = after_send_error(category, 1, POLICY)
            self.assertEqual((outcome.state, outcome.wait), ("unknown", 100), category)


class TestProcessErrors(PureCase):
    def test_every_category_has_an_outcome_the_protocol_allows(self):
        for category, _label in CATEGORIES:
            for tries in range(1, 5):
                outcome = after_process_error(category, tries, POLICY)
                self.assertTrue(outcome.state == "received" or may_move("received", outcome.state), category)
                self.assertTrue(outcome.wait is not None or outcome.case, f"{category} would be forgotten")

    def test_business_errors_wait_for_a_person(self):
        for category in ("data", "mapping_missing", "configuration", "state_conflict", "duplicate"):
            self.assertEqual(after_process_error(category, 1, POLICY).state, "refused", category)

    def test_security_is_quarantined(self):
        self.assertEqual(after_process_error("security", 1, POLICY).state, "quarantined")
