"""Writes MT940 and BAI2 files of any size from a seed: invented names and accounts, figures that add up."""

import random
from decimal import Decimal

_NAMES = ("ALMOND LANE BAKERY", "BIRCH AND SONS", "COBALT WORKS", "DUNE ATELIER", "ELM STREET GARAGE")
_WIDTH = 65


def _minor(amount):
    return f"{amount:.2f}".replace(".", "")


def write_mt940(target, entries, seed=1):
    """Write one German statement (structured ``:86:``, SEPA keywords) to the text stream ``target``.

    :return: opening and closing balance
    """
    chance = random.Random(seed)
    opening = balance = Decimal("1000.00")
    target.write(f":20:STARTUMS\n:25:00000000/0000000001\n:28C:{seed:05}/001\n")
    target.write(f":60F:C240101EUR{opening}\n".replace(".", ","))
    for number in range(entries):
        cents = chance.randrange(1, 1_000_000)
        debit = chance.random() < 0.4
        amount = Decimal(cents).scaleb(-2)
        balance += -amount if debit else amount
        day = f"{chance.randrange(1, 13):02}{chance.randrange(1, 28):02}"
        text = (
            f"{'177' if debit else '166'}?00{'ONLINE-UEBERWEISUNG' if debit else 'GUTSCHRIFT'}?100399"
            f"?20EREF+E2E-{seed}-{number:08}?21KREF+K{number:06}"
            f"?22SVWZ+Invoice 2024/{number:07}  ?23customer {number % 997:05} thank you"
            f"?30ZZBKDE00XXX?31DE{cents % 89 + 10}00000000{number:010}?32{chance.choice(_NAMES)}?34000"
        )
        mark = "DR" if debit else "CR"
        target.write(f":61:24{day}{day}{mark}{amount},NTRFNONREF//BANK{number:012}\n".replace(".", ",", 1).replace(
            ",NTRF", "NTRF"
        ))
        target.write(":86:" + "\n".join(text[at : at + _WIDTH] for at in range(0, len(text), _WIDTH)) + "\n")
    sign = "D" if balance < 0 else "C"
    target.write(f":62F:{sign}241231EUR{abs(balance)}\n-\n".replace(".", ","))
    return opening, balance


def write_bai2(target, entries, seed=1):
    """Write one account of a previous day, each transaction with two continuations, to ``target``.

    :return: opening and closing balance
    """
    chance = random.Random(seed)
    bookings = [(chance.random() < 0.4, chance.randrange(1, 1_000_000)) for _number in range(entries)]
    opening = 100_000
    credits, debits = (sum(cents for debit, cents in bookings if debit is side) for side in (False, True))
    closing = opening + credits - debits
    target.write("01,000000001,999999999,240302,0615,1,80,1,2/\n02,999999999,000000001,1,240301,2400,USD,2/\n")
    target.write(f"03,0000000001,USD,010,{opening},,,015,{closing},,/\n")
    for number, (debit, cents) in enumerate(bookings):
        target.write(
            f"16,{'495' if debit else '195'},{cents},Z,BANK{number:010},INV-{seed}-{number},WIRE TYPE BOOK\n"
            f"88,{'BNF NAME' if debit else 'ORG'}:={chance.choice(_NAMES)}\n88,OBI:=INVOICE 2024/{number:07}\n"
        )
    total, size = opening + closing + credits + debits, 3 * entries + 2
    target.write(f"49,{total},{size}/\n98,{total},1,{size + 2}/\n99,{total},1,{size + 4}/\n")
    return Decimal(opening).scaleb(-2), Decimal(closing).scaleb(-2)
