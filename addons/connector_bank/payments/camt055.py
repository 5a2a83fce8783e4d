"""camt.055.001.08 (ISO 20022 customer payment cancellation request): asks the bank to stop or call back payments.

Each payment is named by what the original file called it; the case id comes back in the answer (camt.029).
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from .pain_write import amount_text, group, text

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.055.001.08"
#: ExternalCancellationReason1Code, those a customer may give.
REASONS = ("CUST", "DUPL", "FRAD", "TECH", "AM09", "AC03", "UPAY", "CUTA")
_TEXT_LENGTH = 105


@dataclass(frozen=True, slots=True)
class Original:
    """The file and batch in which the payments went out."""

    message_id: str
    message_name: str  # pain.001.001.09
    created_at: datetime
    batch_id: str
    executed_on: date


@dataclass(frozen=True, slots=True)
class Stopped:
    """One payment to be cancelled, by the ids of the original."""

    cancellation_id: str
    end_to_end_id: str
    amount: Decimal
    currency: str
    instruction_id: str | None = None
    uetr: str | None = None


def write_cancellation(case_id, created_at, owner, agent, original, stopped, reason, words=None):
    """Bytes of the request, the same for the same values.

    :param owner: our name; ``agent``: BIC of the bank, or its name where there is none
    :param reason: one of ``REASONS``
    :raise ValueError: the reason is none of them, or nothing is to be stopped
    """
    if reason not in REASONS or not stopped:
        raise ValueError(f"no request for {reason} of {len(stopped)} payments")
    party = group("Pty", text("Nm", owner[:140]))
    bank = text("BICFI", agent) if _is_bic(agent) else text("Nm", (agent or "NOTPROVIDED")[:140])
    total = sum((Decimal(amount_text(one.amount, one.currency)) for one in stopped), Decimal())
    why = group(
        "CxlRsnInf",
        group("Orgtr", text("Nm", owner[:140])),
        group("Rsn", text("Cd", reason)),
        *(text("AddtlInf", part) for part in _parts(words)),
    )
    body = group(
        "CstmrPmtCxlReq",
        group(
            "Assgnmt",
            text("Id", case_id),
            group("Assgnr", party),
            group("Assgne", group("Agt", group("FinInstnId", bank))),
            text("CreDtTm", created_at.isoformat()),
        ),
        group("Case", text("Id", case_id), group("Cretr", party)),
        group("CtrlData", text("NbOfTxs", str(len(stopped))), text("CtrlSum", format(total, "f"))),
        group(
            "Undrlyg",
            group(
                "OrgnlPmtInfAndCxl",
                text("OrgnlPmtInfId", original.batch_id),
                group(
                    "OrgnlGrpInf",
                    text("OrgnlMsgId", original.message_id),
                    text("OrgnlMsgNmId", original.message_name),
                    text("OrgnlCreDtTm", original.created_at.isoformat()),
                ),
                *(_payment(one, original, why) for one in stopped),
            ),
        ),
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}">\n{body}</Document>\n'.encode()


def _payment(one, original, why):
    value = amount_text(one.amount, one.currency)
    return group(
        "TxInf",
        text("CxlId", one.cancellation_id),
        text("OrgnlInstrId", one.instruction_id),
        text("OrgnlEndToEndId", one.end_to_end_id),
        text("OrgnlUETR", one.uetr),
        f'<OrgnlInstdAmt Ccy="{one.currency}">{value}</OrgnlInstdAmt>\n',
        group("OrgnlReqdExctnDt", text("Dt", original.executed_on.isoformat())),
        why,
    )


def _parts(words):
    """The lines that fit, at most two."""
    words = " ".join((words or "").split())
    return [words[at : at + _TEXT_LENGTH] for at in range(0, len(words), _TEXT_LENGTH)][:2]


def _is_bic(value):
    return bool(value) and len(value) in (8, 11) and value.isalnum() and value.isascii() and value.isupper()
