"""Search for duplicates among 100,000 partners: seconds, and whether those planted are found."""

import random
import time

PARTNERS, PLANTED = 100_000, 1_000
WORDS = [a + b for a in ("Sol", "Lun", "Ter", "Mar", "Ven", "Jov", "Plu", "Ura") for b in ("tech", "bau", "gas", "net")]
FORMS = ("GmbH", "SA", "Ltd", "BV", "SpA", "NV", "AG", "Inc")


def run(env):
    dice = random.Random(7)
    rows = []
    for number in range(PARTNERS - PLANTED):
        name = f"{dice.choice(WORDS)} {dice.choice(WORDS)}{dice.randrange(10_000)} {dice.choice(FORMS)}"
        rows.append((name, f"BE0{dice.randrange(10**9):09d}", f"+32 2 {number:07d}", f"{dice.randrange(1000, 9999)}"))
    for name, vat, phone, code in dice.sample(rows, PLANTED):
        rows.append((f"{name.split()[0].upper()} {name.split()[1]}", vat, phone, code))
    env.cr.execute_values(
        "INSERT INTO res_partner (name, complete_name, vat, phone, zip, active, is_company, type, autopost_bills) "
        "VALUES %s RETURNING id",
        [(name, name, vat, phone, code, True, True, "contact", "ask") for name, vat, phone, code in rows],
        page_size=10_000,
    )
    env.cr.execute("UPDATE res_partner SET commercial_partner_id = id WHERE commercial_partner_id IS NULL")
    env.invalidate_all()
    begun = time.monotonic()
    found = env["finance.duplicate.search"]._search_partners()
    seconds = time.monotonic() - begun
    sure = env["finance.duplicate"].search_count([("score", ">=", 95)])
    return [
        {
            "name": f"duplicates among {PARTNERS} partners, {found} pairs, {sure} of {PLANTED} planted",
            "ratio": 60 / seconds if sure >= PLANTED else 0,
            "goal": 1,
            "ours": seconds,
            "other": 60,
            "unit": "s",
        }
    ]
