"""Rules about amounts, accounts, banks, addresses, references, mandates, and what must not be there twice."""

from collections import Counter
from decimal import Decimal

from . import checks
from .broken import Broken
from .order import CREDIT_TRANSFER, DIRECT_DEBIT
from .paths import in_words
from .rules_of_fields import levels


def broken(run, profile, kinds):
    """Each rule of this module that does not hold; ``kinds`` are those that the format can write."""
    yield from _counts(run, profile)
    yield from _repeated(run)
    for held, place, other in levels(run):
        level = next(reversed(held))
        if level == "run":
            yield from _parties(held[level], place, ("initiator",), other, level)
        elif level == "batch":
            yield from _batch(held, profile, kinds, place)
            yield from _accounts(held[level], place, ("account", "charges_account"), profile.own_accounts, other, level)
            yield from _parties(held[level], place, ("owner", "ultimate_owner"), other, level)
            yield from _agents(held[level], place, ("agent",), other, level)
        else:
            payment = held[level]
            yield from _amount(payment, profile, place)
            yield from _accounts(payment, place, ("account",), profile.accounts, other, level)
            yield from _parties(payment, place, ("party", "ultimate_debtor", "ultimate_creditor"), other, level)
            yield from _agents(payment, place, ("agent", "intermediary"), other, level)
            yield from _address(payment, profile, place, other)
            yield from _remittance(payment, place)
            yield from _mandate(held, place)
            if payment.uetr and not checks.UETR.fullmatch(payment.uetr):
                yield Broken("payment.uetr", f"{payment.uetr} is no UUID of version 4", f"{place}: uetr")


def _counts(run, profile):
    if not run.count or not all(batch.payments for batch in run.batches):
        yield Broken("payment.empty", "There is nothing to pay in the file or in one of its batches", "file")
    for most, found, what, place in (
        (profile.max_payments, run.count, "payments", "file"),
        (profile.max_batches, len(run.batches), "batches", "file"),
        *((profile.max_batch, len(batch.payments), "payments", f"batch {batch.id}") for batch in run.batches),
    ):
        if most is not None and found > most:
            yield Broken("payment.count", f"{found} {what}; this bank takes at most {most}", place)


def _repeated(run):
    """Ids by which the bank and its answers tell batches and payments apart."""
    batches = Counter(batch.id for batch in run.batches)
    payments = [payment for batch in run.batches for payment in batch.payments]
    for what, found in (
        ("batch id", batches),
        ("end to end id", Counter(payment.end_to_end_id for payment in payments)),
        ("instruction id", Counter(payment.instruction_id for payment in payments if payment.instruction_id)),
        ("uetr", Counter(payment.uetr for payment in payments if payment.uetr)),
    ):
        for value, times in found.items():
            if times > 1:
                yield Broken("payment.repeated", f"The {what} {value} stands {times} times in the file", "file")


def _batch(held, profile, kinds, place):
    batch, run = held["batch"], held["run"]
    if batch.kind not in kinds:
        told = {CREDIT_TRANSFER: "credit transfers", DIRECT_DEBIT: "direct debits"}.get(batch.kind, batch.kind)
        yield Broken("payment.kind", f"This format has no {told}", place)
    if batch.executed_on < run.created_at.date():
        yield Broken("payment.date", f"{batch.executed_on} lies before the day of the file", f"{place}: executed on")
    wanted, said = profile.batch_booking, batch.batch_booking
    if (wanted == "omit" and said is not None) or (isinstance(wanted, bool) and said is not wanted):
        told = "may not be said" if wanted == "omit" else f"has to be {'yes' if wanted else 'no'}"
        yield Broken("payment.batch_booking", f"Batch booking {told} at this bank", f"{place}: batch booking")
    if batch.creditor_identifier and not checks.creditor_identifier(batch.creditor_identifier):
        text = f"The check digits of the creditor identifier {batch.creditor_identifier} are wrong"
        yield Broken("payment.creditor_identifier", text, f"{place}: creditor identifier")
    if batch.kind == DIRECT_DEBIT and batch.local_instrument in ("CORE", "B2B") and not batch.creditor_identifier:
        text = "The creditor identifier is missing"
        yield Broken("payment.creditor_identifier", text, f"{place}: creditor identifier")


def _amount(payment, profile, place):
    at, amount, currency = f"{place}: amount", payment.amount, payment.currency
    if not isinstance(amount, Decimal) or not amount.is_finite() or amount <= 0:
        yield Broken("payment.amount", f"{amount} is no amount more than zero", at)
        return
    if -amount.normalize().as_tuple().exponent > checks.decimals(currency):
        yield Broken("payment.amount", f"{amount} has more decimals than {currency}", at)
    if profile.min_amount is not None and amount < profile.min_amount:
        yield Broken("payment.amount", f"{amount} is less than {profile.min_amount}, the least here", at)
    if profile.max_amount is not None and amount > profile.max_amount:
        yield Broken("payment.amount", f"{amount} is more than {profile.max_amount}, the most here", at)
    if not checks.CURRENCY.fullmatch(currency) or (profile.currencies and currency not in profile.currencies):
        told = f"this bank takes {', '.join(profile.currencies)}" if profile.currencies else "three letters are needed"
        yield Broken("payment.currency", f"The currency is {currency}; {told}", f"{place}: currency")


def _accounts(owner, place, names, forms, other, level):
    for name in names:
        account = getattr(owner, name)
        if account is None:
            continue
        words = in_words(f"{level}.{name}", other)
        at = f"{place}: {words}"
        form = "iban" if account.iban else "number"
        if bool(account.iban) == bool(account.number):
            yield Broken("payment.account", f"For {words} either an IBAN or a number is needed", at)
        elif form not in forms:
            text = f"For {words} this bank needs {'an IBAN' if 'iban' in forms else 'the national number'}"
            yield Broken("payment.account", text, at)
        elif account.iban and not checks.iban(account.iban):
            yield Broken("payment.account", f"The IBAN of {words} is wrong: length or check digits", at)
        if account.currency and not checks.CURRENCY.fullmatch(account.currency):
            yield Broken("payment.currency", f"{account.currency} is no currency", at)


def _agents(owner, place, names, other, level):
    for name in names:
        agent = getattr(owner, name)
        if agent is None:
            continue
        words = in_words(f"{level}.{name}", other)
        if agent.bic and not checks.BIC.fullmatch(agent.bic):
            yield Broken("payment.bic", f"{agent.bic} is no BIC", f"{place}: {words}")
        if agent.clearing_member and not checks.clearing_member(agent.clearing_system, agent.clearing_member):
            text = f"{agent.clearing_member} is no {agent.clearing_system or 'clearing'} number"
            yield Broken("payment.agent", text, f"{place}: {words}")


def _parties(owner, place, names, other, level):
    for name in names:
        party = getattr(owner, name)
        if party is None:
            continue
        at = f"{place}: {in_words(f'{level}.{name}', other)}"
        if party.bic and not checks.BIC.fullmatch(party.bic):
            yield Broken("payment.bic", f"{party.bic} is no BIC", at)
        if party.lei and not (checks.LEI.fullmatch(party.lei) and checks.mod97(party.lei) == 1):
            yield Broken("payment.lei", f"{party.lei} is no LEI: length or check digits", at)
        if party.address and party.address.country and not checks.COUNTRY.fullmatch(party.address.country):
            yield Broken("payment.address", f"{party.address.country} is no country code", at)


def _address(payment, profile, place, other):
    address = payment.party.address
    if address is None or profile.address is None:
        return
    if address.form not in profile.address:
        text = f"The address is {address.form}; this bank takes {' or '.join(profile.address)}"
        yield Broken("payment.address", text, f"{place}: address of the {other}")
    elif address.form == "hybrid" and (not address.country or len(address.lines) > 2):
        text = "A hybrid address needs town and country beside at most two lines"
        yield Broken("payment.address", text, f"{place}: address of the {other}")


def _remittance(payment, place):
    remittance = payment.remittance
    reference = remittance and remittance.reference
    if reference and not checks.reference(reference.kind, reference.value, reference.issuer):
        text = f"The check digits of the reference {reference.value} are wrong"
        yield Broken("payment.reference", text, f"{place}: structured reference")
    account = payment.account
    if account and account.iban and account.iban[:2] in ("CH", "LI"):
        qr_account = account.iban[4:6] in ("30", "31")
        if qr_account != bool(reference and reference.kind == "QRR"):
            text = "A QR-IBAN and a QR reference belong together: one is here without the other"
            yield Broken("payment.qr_iban", text, f"{place}: structured reference")
    for document in remittance.documents if remittance else ():
        for amount in (document.due, document.discount, document.credited, document.remitted):
            wrong = amount is not None and (not isinstance(amount, Decimal) or not amount.is_finite() or amount < 0)
            if wrong or (amount and -amount.normalize().as_tuple().exponent > checks.decimals(payment.currency)):
                text = f"{amount} of document {document.number} is no amount in {payment.currency}"
                yield Broken("payment.amount", text, f"{place}: document {document.number}")


def _mandate(held, place):
    batch, mandate = held["batch"], held["payment"].mandate
    if batch.kind != DIRECT_DEBIT or batch.local_instrument not in ("CORE", "B2B"):
        return
    at = f"{place}: mandate"
    if mandate is None or not mandate.signed_on:
        yield Broken("payment.mandate", "A mandate with the day of its signature is needed", at)
    elif mandate.signed_on > batch.executed_on:
        yield Broken("payment.mandate", "The mandate was signed after the day of the collection", at)
