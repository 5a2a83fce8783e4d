"""NACHA files: batches with their hashes and totals, addenda, blocks of ten records."""

from . import nacha_records as records
from .order import DIRECT_DEBIT


class NachaWriter:
    """Writes one file; ``traces`` then has the trace number of each payment by its end-to-end id."""

    def __init__(self, line_end):
        self._line_end = line_end
        self._lines = []
        self._trace = 0
        self._count = self._hash = 0
        self._totals = [0, 0]  # debits, credits
        self.traces = {}

    def write(self, run):
        to = run.forwarding_agent
        self._lines.append(
            records.FILE_HEADER.write(
                destination=to.clearing_member.rjust(10),
                origin=run.initiator.identifier.rjust(10),
                created_on=run.created_at.strftime("%y%m%d"),
                created_at=run.created_at.strftime("%H%M"),
                modifier=records.FILE_MODIFIERS[run.sequence - 1],
                destination_name=to.name,
                origin_name=run.initiator.name,
                reference=run.message_id,
            )
        )
        for number, batch in enumerate(run.batches, start=1):
            self._batch(run, batch, number)
        blocks = -(-(len(self._lines) + 1) // records.RECORDS_IN_BLOCK)
        self._lines.append(
            records.FILE_CONTROL.write(
                batches=len(run.batches),
                blocks=blocks,
                count=self._count,
                hash=self._hash % records.HASH_PLACES,
                debits=self._totals[0],
                credits=self._totals[1],
            )
        )
        self._lines += [records.FILLER] * (blocks * records.RECORDS_IN_BLOCK - len(self._lines))
        return "".join(line + self._line_end for line in self._lines).encode("ascii")

    def _batch(self, run, batch, number):
        debit, odfi = batch.kind == DIRECT_DEBIT, batch.agent.clearing_member[:8]
        common = {
            "service_class": records.SERVICE_CLASSES[debit],
            "company_id": batch.owner.identifier,
            "odfi": odfi,
            "number": number,
        }
        head = {"description": batch.description, "executed_on": batch.executed_on.strftime("%y%m%d")}
        if batch.local_instrument == "IAT":
            country, currency = batch.payments[0].party.address.country, batch.payments[0].currency
            head |= {"country": country, "origin_currency": currency, "currency": currency}
            self._lines.append(records.IAT_BATCH_HEADER.write(**common, **head))
        else:
            head |= {"entry_class": batch.local_instrument, "company_name": batch.owner.name}
            self._lines.append(records.BATCH_HEADER.write(**common, **head, discretionary=batch.id))
        count = routing = total = 0
        for payment in batch.payments:
            written = self._entry(run, batch, payment, odfi, debit)
            count += len(written)
            routing += int(written[0][3:11])
            total += _cents(payment.amount)
            self._lines += written
        totals = (total, 0) if debit else (0, total)
        self._lines.append(
            records.BATCH_CONTROL.write(
                **common, count=count, hash=routing % records.HASH_PLACES, debits=totals[0], credits=totals[1]
            )
        )
        self._count += count
        self._hash += routing % records.HASH_PLACES
        self._totals = [held + added for held, added in zip(self._totals, totals, strict=True)]

    def _entry(self, run, batch, payment, odfi, debit):
        """The record of a payment and its addenda."""
        self._trace += 1
        self.traces[payment.end_to_end_id] = f"{odfi}{self._trace:07}"
        entry = {
            "transaction": records.TRANSACTIONS[payment.account.kind, debit],
            "amount": _cents(payment.amount),
            "account": payment.account.number,
            "odfi": odfi,
            "trace": self._trace,
        }
        if batch.local_instrument == "IAT":
            addenda = self._iat_addenda(batch, payment)
            gateway = payment.agent if payment.agent.clearing_system == "USABA" else run.forwarding_agent
            entry |= _routing(gateway.clearing_member)
            return [records.IAT_ENTRY.write(**entry, addenda_count=len(addenda)), *addenda]
        texts = remittance_lines(payment.remittance)
        addenda = [
            records.ADDENDA.write(text=text, sequence=number, trace=self._trace)
            for number, text in enumerate(texts, start=1)
        ]
        entry |= _routing(payment.agent.clearing_member)
        entry |= {"identification": payment.end_to_end_id, "name": payment.party.name, "addenda": int(bool(addenda))}
        if batch.local_instrument == "CTX":
            return [records.CTX_ENTRY.write(**entry, addenda_count=len(addenda)), *addenda]
        return [records.ENTRY.write(**entry), *addenda]

    def _iat_addenda(self, batch, payment):
        """The seven that are always there, then remittance and correspondent."""
        owner, other, bank, trace = batch.owner, payment.party, payment.agent, self._trace
        values = {
            "10": {"purpose": payment.purpose, "foreign_amount": _cents(payment.amount), "name": other.name},
            "11": {"name": owner.name, "street": owner.address.street},
            "12": _place(owner.address),
            "13": {"name": batch.agent.name, "identification": batch.agent.clearing_member, "country": "US"},
            "14": _bank(bank),
            "15": {"identification": payment.end_to_end_id, "street": other.address.street},
            "16": _place(other.address),
        }
        written = [records.IAT_ADDENDA[kind].write(**value, trace=trace) for kind, value in values.items()]
        for number, text in enumerate(remittance_lines(payment.remittance), start=1):
            written.append(records.IAT_ADDENDA["17"].write(text=text, sequence=number, trace=trace))
        if payment.intermediary:
            correspondent = _bank(payment.intermediary)
            written.append(records.IAT_ADDENDA["18"].write(**correspondent, sequence=1, trace=trace))
        return written


def remittance_lines(remittance):
    """Texts as they are, documents as RMR and DTM segments (ASC X12 820)."""
    if remittance is None:
        return []
    found = list(remittance.text)
    for document in remittance.documents:
        amounts = (document.remitted, document.due, document.discount)
        shown = "*".join("" if amount is None else f"{amount:.2f}" for amount in amounts).rstrip("*")
        tail = f"**{shown}" if shown else ""
        found.append(f"RMR*{records.DOCUMENT_KINDS[document.kind]}*{document.number}{tail}\\")
        if document.dated_on:
            found.append(f"DTM*003*{document.dated_on:%Y%m%d}\\")
    return found


def _cents(amount):
    return int(amount.scaleb(2))


def _routing(number):
    return {"rdfi": number[:8], "check_digit": number[8]}


def _place(address):
    return {
        "town_region": f"{address.town}*{address.region or ''}\\",
        "country_post_code": f"{address.country}*{address.post_code or ''}\\",
    }


def _bank(agent):
    """By national number (01) or BIC (02)."""
    return {
        "name": agent.name,
        "qualifier": "02" if agent.bic else "01",
        "identification": agent.bic or agent.clearing_member,
        "country": agent.address.country,
    }
