from dataclasses import replace

from ..core import breaker, machine, quota
from ..core.errors import CATEGORIES
from ..core.machine import Call, Case, Close, Note, Pause, Standing, Step, Wake
from ..core.protocol import (
    FINAL,
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
NOW = 1_000_000.0
READY = Standing("out", "ready", born=NOW)
SENDING = machine.claim(READY, POLICY, NOW).standing
UNKNOWN = machine.failed(SENDING, 1, POLICY, NOW, "outcome_unknown").standing


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

    def test_what_follows_a_delivery_is_never_a_reason_to_send_again(self):
        for category, _label in CATEGORIES:
            for tries in range(1, 5):
                outcome = after_process_error(category, tries, POLICY, state="sent")
                self.assertTrue(outcome.state == "sent" or may_move("sent", outcome.state), category)


class TestOut(PureCase):
    """Claim, send, confirm, and what may go wrong between them."""

    def test_claim_takes_number_and_lease(self):
        step = machine.claim(READY, POLICY, NOW)
        self.assertEqual((step.standing.state, step.standing.attempt), ("sending", 1))
        self.assertEqual((step.standing.lease_until, step.do), (NOW + POLICY.lease, (Call("send"),)))

    def test_claim_refuses(self):
        ways = {
            "state": (SENDING, {}),
            "held": (replace(READY, hold=True), {}),
            "inactive": (READY, {"active": False}),
            "unapproved": (replace(READY, approved=False), {}),
            "early": (replace(READY, next_try_on=NOW + 5), {}),
        }
        for why, (standing, given) in ways.items():
            asked = []
            step = machine.claim(standing, POLICY, NOW, admit=lambda asked=asked: asked.append(1), **given)
            self.assertEqual((step.why, step.standing, asked), (why, standing, []), "no token is spent in vain")

    def test_a_closed_line_postpones_and_counts_no_try(self):
        step = machine.claim(READY, POLICY, NOW, admit=lambda: 30)
        self.assertEqual((step.standing, step.do), (replace(READY, next_try_on=NOW + 30), (Wake(30),)))

    def test_too_late_is_a_case(self):
        step = machine.claim(READY, replace(POLICY, give_up=60), NOW + 61)
        self.assertEqual((step.standing.state, step.do), ("dead", (Case("message.too_late"),)))

    def test_an_older_attempt_changes_nothing(self):
        taken_over = replace(SENDING, attempt=2)
        for step in (
            machine.confirmed(taken_over, 1, POLICY),
            machine.failed(taken_over, 1, POLICY, NOW, "transient"),
            machine.absent(replace(UNKNOWN, attempt=2), 1, POLICY),
            machine.cannot_ask(replace(UNKNOWN, attempt=2), 1, POLICY),
            machine.ask_failed(replace(UNKNOWN, attempt=2), 1, POLICY, NOW, "transient"),
        ):
            self.assertEqual((step.why, step.do), ("superseded", (Close("superseded"),)))

    def test_a_lost_answer_waits_for_the_quiet_time_and_is_asked_about(self):
        self.assertEqual((UNKNOWN.state, UNKNOWN.next_try_on, UNKNOWN.arrived), ("unknown", NOW + 100, "maybe"))
        self.assertEqual(machine.ask(UNKNOWN, POLICY, NOW).why, "early")
        asking = machine.ask(UNKNOWN, POLICY, NOW + 100)
        self.assertEqual((asking.do, asking.standing.attempt), ((Call("ask"),), 2))
        again = machine.absent(asking.standing, 2, POLICY)
        self.assertEqual((again.standing.state, again.standing.arrived), ("ready", "no"))

    def test_rules_for_sending_again(self):
        asking = machine.ask(UNKNOWN, POLICY, NOW + 100).standing
        never = machine.absent(asking, 2, replace(POLICY, resend="never"))
        self.assertEqual((never.standing.state, never.why), ("unknown", "people"))
        deaf = replace(POLICY, can_ask=False)
        self.assertEqual(machine.ask(UNKNOWN, deaf, NOW + 100).why, "people")
        by_key = machine.ask(UNKNOWN, replace(deaf, resend="key"), NOW + 100).standing
        self.assertEqual((by_key.state, by_key.arrived), ("ready", "maybe"))

    def test_a_refusal_after_an_open_try_is_for_people(self):
        """The second try with the same key was refused for certain; the first one may have been carried out."""
        doubt = replace(SENDING, arrived="maybe", tries=5)
        for category in ("data", "transient", "security"):
            step = machine.failed(doubt, 1, POLICY, NOW, category)
            self.assertEqual((step.standing.state, step.standing.next_try_on), ("unknown", None), category)
            self.assertIn(Case("outcome.unknown"), step.do)

    def test_asking_ends_with_people(self):
        standing, cases = UNKNOWN, 0
        for _time in range(20):
            now = standing.next_try_on
            if now is None:
                break
            asking = machine.ask(standing, POLICY, now).standing
            step = machine.ask_failed(asking, asking.attempt, POLICY, now, "transient")
            standing, cases = step.standing, cases + (Case("outcome.unknown") in step.do)
        self.assertEqual((standing.next_try_on, standing.tries), (None, 9), "one lost answer and eight questions")
        self.assertGreater(cases, 5, "a person knew long before")

    def test_two_persons_settle(self):
        money = replace(POLICY, money=True)
        for persons in ((), ("one",), ("one", "one")):
            self.assertEqual(machine.settle(UNKNOWN, "absent", persons, money).why, "two_persons")
        self.assertEqual(machine.settle(UNKNOWN, "absent", ("one", "two"), money).standing.state, "ready")
        self.assertEqual(machine.settle(UNKNOWN, "arrived", ("one",), POLICY).standing.state, "processed")
        self.assertEqual(machine.settle(UNKNOWN, "given_up", ("one",), POLICY).standing.state, "cancelled")

    def test_proof_from_elsewhere(self):
        """Also where the question was answered with "absent", or a try failed; not of what was never tried."""
        absent = machine.absent(UNKNOWN, UNKNOWN.attempt, POLICY).standing
        for standing in (UNKNOWN, absent, replace(absent, state="refused"), replace(absent, state="dead"),
                         replace(READY, arrived="maybe")):
            step = machine.proven(standing, POLICY)
            self.assertEqual((step.standing.state, step.standing.arrived), ("processed", "yes"), standing)
            self.assertGreater(step.standing.attempt, standing.attempt)
        for standing in (READY, SENDING, replace(absent, state="cancelled")):
            self.assertEqual(machine.proven(standing, POLICY).why, "state")

    def test_retry_after_delivery_repeats_only_the_consequences(self):
        follows = replace(POLICY, follows=True)
        there = machine.confirmed(SENDING, 1, follows).standing
        refused = machine.process_failed(there, follows, NOW, "data").standing
        again = machine.retry(refused).standing
        self.assertEqual((there.state, refused.state, again.state), ("sent", "refused", "sent"))

    def test_what_may_have_arrived_cannot_be_cancelled(self):
        doubtful, delivered = replace(READY, arrived="maybe"), replace(READY, state="dead", arrived="yes")
        for standing in (SENDING, UNKNOWN, doubtful, delivered):
            self.assertEqual(machine.cancel(standing).why, "on_its_way")
        self.assertEqual(machine.cancel(READY).standing.state, "cancelled")

    def test_every_answer_tells_the_breaker(self):
        notes = {
            category: [command.ok for command in machine.failed(SENDING, 1, POLICY, NOW, category).do
                       if isinstance(command, Note)]
            for category, _label in CATEGORIES
        }  # fmt: skip
        self.assertEqual(notes["transient"] + notes["outcome_unknown"], [False, False])
        self.assertEqual(notes["data"] + notes["auth"], [True, True])
        self.assertEqual(notes["turn"] + notes["rate_limited"], [])

    def test_nothing_waits_without_a_wake_or_a_person(self):
        for category, _label in CATEGORIES:
            for tries in range(12):
                for step in (
                    machine.failed(replace(SENDING, tries=tries), 1, POLICY, NOW, category),
                    machine.ask_failed(replace(UNKNOWN, tries=tries), 1, POLICY, NOW, category),
                ):
                    woken = any(isinstance(command, Wake) for command in step.do)
                    owned = any(isinstance(command, Case) for command in step.do)
                    self.assertTrue(woken or owned, (category, tries))
                    self.assertEqual(woken, machine.due(step.standing, NOW + 10_000), (category, tries))


class TestIn(PureCase):
    RECEIVED = Standing("in", "received", born=NOW)

    def test_the_whole_way(self):
        step = machine.begin(self.RECEIVED, NOW)
        self.assertEqual((step.standing.attempt, step.do), (1, (Call("process"),)))
        self.assertEqual(machine.processed(step.standing, waits=False).standing.state, "processed")
        self.assertEqual(machine.processed(step.standing, waits=True).standing.state, "refused")

    def test_auth_pauses(self):
        self.assertIn(Pause(), machine.process_failed(self.RECEIVED, POLICY, NOW, "auth").do)

    def test_replay(self):
        done = replace(self.RECEIVED, state="processed")
        money = replace(POLICY, money=True)
        self.assertEqual(machine.replay(done, "a", None, POLICY).why, "copy")
        self.assertEqual(machine.replay(done, "a", "a", money).why, "two_persons")
        self.assertEqual(machine.replay(done, "a", "b", money).why, "copy")
        dead = replace(self.RECEIVED, state="dead")
        self.assertEqual(machine.replay(dead, "a", "b", money).standing.state, "received")
        self.assertEqual(machine.replay(replace(READY, state="dead"), "a", "b", money).why, "out")

    def test_release_of_money_needs_a_second_person(self):
        held, money = replace(READY, hold=True), replace(POLICY, money=True)
        self.assertFalse(machine.release(held, "a", None, POLICY).standing.hold)
        for second in (None, "a"):
            refused = machine.release(held, "a", second, money)
            self.assertEqual((refused.why, refused.standing.hold), ("two_persons", True))
        self.assertFalse(machine.release(held, "a", "b", money).standing.hold)
        self.assertEqual(machine.release(READY, "a", "b", money).why, "not_held")

    def test_final_is_left_alone(self):
        for state in FINAL:
            standing = replace(self.RECEIVED, state=state)
            for event in (machine.retry, machine.hold, machine.cancel):
                self.assertEqual(event(standing).standing, standing)
            self.assertEqual(machine.begin(standing, NOW), Step(standing, (), "state"))
            self.assertFalse(machine.due(standing, NOW))


class TestBreaker(PureCase):
    LIMITS = breaker.Limits(threshold=3, first_open=30, longest_open=100, probe=10)

    def failures(self, count, now=NOW, start=None):
        found = start or breaker.Breaker()
        for _time in range(count):
            found = breaker.after(found, False, now, self.LIMITS)
        return found

    def test_opens_after_failures_in_a_row(self):
        self.assertEqual(self.failures(2).state, "closed")
        opened = self.failures(3)
        self.assertEqual((opened.state, breaker.admit(opened, NOW)), ("open", 30))
        self.assertEqual(breaker.admit(opened, NOW + 30), "probe")
        mended = breaker.after(self.failures(2), True, NOW, self.LIMITS)
        self.assertEqual(mended, breaker.Breaker())

    def test_nothing_to_write_while_all_is_well(self):
        well = breaker.Breaker()
        self.assertIs(breaker.after(well, True, NOW, self.LIMITS), well)

    def test_one_probe_at_a_time(self):
        half = breaker.probing(self.failures(3), NOW + 30, self.LIMITS)
        self.assertEqual(breaker.admit(half, NOW + 31), 9)
        self.assertEqual(breaker.admit(half, NOW + 41), "probe", "the first one never came back")

    def test_waits_longer_each_time(self):
        found = self.failures(3)
        for expected in (60, 100, 100):
            found = breaker.after(breaker.probing(found, NOW, self.LIMITS), False, NOW, self.LIMITS)
            self.assertEqual((found.state, found.open_seconds), ("open", expected))
        self.assertIs(breaker.after(found, False, NOW, self.LIMITS), found, "answers from before it opened")


class TestQuota(PureCase):
    FOUR = quota.Quota(limit=4, seconds=86400, since=NOW)

    def test_spread_over_the_day(self):
        found, waits = self.FOUR, []
        for _time in range(5):
            waits.append(quota.wait(found, NOW))
            found = quota.spent(found, NOW)
        self.assertEqual(waits, [None, 21600, 43200, 64800, 86400])

    def test_a_person_may_be_faster_but_not_beyond(self):
        used = quota.spent(self.FOUR, NOW, 3)
        self.assertIsNone(quota.wait(used, NOW, planned=False))
        self.assertEqual(quota.wait(quota.spent(used, NOW), NOW, planned=False), 86400)

    def test_a_new_period_begins_by_itself(self):
        self.assertIsNone(quota.wait(quota.spent(self.FOUR, NOW, 4), NOW + 3 * 86400 + 1))

    def test_the_provider_knows_best(self):
        headers = {"X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "600"}
        found = quota.learned(self.FOUR, headers, NOW)
        self.assertEqual((found.limit, found.used, found.since + found.seconds), (10, 9, NOW + 600))
        self.assertIs(quota.learned(self.FOUR, {"X-RateLimit-Remaining": "many"}, NOW), self.FOUR)
