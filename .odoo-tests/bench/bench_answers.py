"""Acknowledgements back: one pain.002 that names 5,000 payments, from its bytes to where each payment stands.

Beside it one search and one write for each payment, the least that a module does which knows them by their end-to-end
id and keeps no answer, no case and no order of statuses.
"""

import sys
import time
import tracemalloc

COUNT, NAIVE = 5_000, 300
#: Growth of memory from 1,000 to 5,000 payments, for each payment.
MOST_KILOBYTES = 40

COPY = """
    INSERT INTO account_payment SELECT (jsonb_populate_record(p, jsonb_build_object(
        'id', nextval('account_payment_id_seq'), 'name', 'PB/' || n, 'finance_end_to_end', 'E2E-' || n))).*
      FROM account_payment p, generate_series(1, %s) n WHERE p.id = %s
"""


def report(keys, number):
    items = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{key}</OrgnlEndToEndId><TxSts>ACSP</TxSts></TxInfAndSts>" for key in keys
    )
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr>'
        f"<MsgId>A{number}</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>RUN</OrgnlMsgId></OrgnlGrpInfAndSts>"
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>RUN-1</OrgnlPmtInfId>{items}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()


def told(env, connector, flow, keys, number):
    """Seconds from the stored message to the flushed rows, and kilobytes at the peak."""
    message, _new = env["finance.intake"]._store(
        connector, "payment_answer", report(keys, number), name="status.xml", flow=flow
    )
    env.flush_all()
    env.invalidate_all()
    tracemalloc.start()
    env["finance.process.payment_answer"].process(message)
    env.flush_all()
    peak = tracemalloc.get_traced_memory()[1] / 1024
    tracemalloc.stop()
    return peak


def timed(env, connector, flow, keys, number):
    message, _new = env["finance.intake"]._store(
        connector, "payment_answer", report(keys, number), name="status.xml", flow=flow
    )
    env.flush_all()
    env.invalidate_all()
    begun = time.monotonic()
    env["finance.process.payment_answer"].process(message)
    env.flush_all()
    env.cr.flush()
    return time.monotonic() - begun


def naive(env, keys):
    payments = env["account.payment"]
    env.invalidate_all()
    begun = time.monotonic()
    for key in keys:
        payments.search([("finance_end_to_end", "=", key)]).write(
            {"finance_told_state": "acknowledged", "finance_told_code": "ACSP"}
        )
        env.flush_all()
    return time.monotonic() - begun


def run(env):
    company = env["res.company"].create({"name": "Bench", "currency_id": env.ref("base.EUR").id})
    env.user.company_ids += company
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
    journal = env["account.journal"].create({"name": "Bench", "code": "BNCH", "type": "bank"})
    partner = env["res.partner"].create({"name": "Cobalt Works"})
    payment = env["account.payment"].create(
        {"payment_type": "outbound", "partner_type": "supplier", "partner_id": partner.id, "amount": 10,
         "journal_id": journal.id}
    )  # fmt: skip
    payment.action_post()
    env.flush_all()
    total = 2 * COUNT + 1000 + NAIVE
    env.cr.execute(COPY, [total, payment.id])
    env.cr.execute("ANALYZE account_payment")
    env.invalidate_all()
    connector = env["finance.connector"]._upload_connector(company)
    flow = env["finance.flow"].sudo().create(
        {"name": "Answers", "connector_id": connector.id, "kind": "payment_answer", "direction": "in"}
    )
    keys = [f"E2E-{number}" for number in range(1, total + 1)]
    few = told(env, connector, flow, keys[:1000], 1)
    many = told(env, connector, flow, keys[1000 : 1000 + COUNT], 2)
    seconds = timed(env, connector, flow, keys[1000 + COUNT : 1000 + 2 * COUNT], 3)
    done = env["account.payment"].search_count([("finance_told_code", "=", "ACSP"), ("company_id", "=", company.id)])
    if done != 1000 + 2 * COUNT:
        raise AssertionError(f"{done} payments were told")
    other = naive(env, keys[-NAIVE:]) / NAIVE
    kilobytes = (many - few) / (COUNT - 1000)
    print(f"{seconds:.2f} s, {few:.0f} and {many:.0f} kB, naive {other * 1000:.2f} ms", file=sys.stderr)
    return [
        {"name": f"{COUNT} acknowledgements in one file, beside one search and one write each",
         "ratio": round(other * COUNT / seconds, 1), "goal": 2, "ours": round(COUNT / seconds),
         "other": round(1 / other), "unit": "payments/s"},
        {"name": "memory for each acknowledgement, from 1,000 to 5,000", "ratio": round(MOST_KILOBYTES / kilobytes, 1),
         "goal": 1, "ours": round(kilobytes, 1), "other": MOST_KILOBYTES, "unit": "kB"},
    ]  # fmt: skip
