"""What people do at their screens, by the buttons they press."""

import base64

RUN, ORDER, APPROVAL = "finance.payment.run", "finance.payment.order", "finance.approval"


def at(company):
    """The context of somebody who has chosen one company."""
    return {"allowed_company_ids": [company]}


def propose(person, company, **values):
    """A payment run of what is due; its id."""
    context = at(company)
    run = person.call(RUN, "create", {"kind": "vendor", **values}, context=context)
    person.call(RUN, "action_propose", [run], context=context)
    return run


def lines(person, runs):
    return person.call("finance.payment.run.line", "search_count", [["run_id", "in", runs]])


def state(person, run):
    return read(person, RUN, run, "state")


def read(person, model, record, name):
    """One field of one record; of a link its id."""
    (found,) = person.call(model, "read", [record], [name])
    return found[name][0] if isinstance(found[name], list) and name.endswith("_id") else found[name]


def agree(maker, checker, run):
    """The maker asks, the checker agrees."""
    maker.call(RUN, "action_request", [run])
    checker.call(APPROVAL, "action_approve", [read(maker, RUN, run, "approval_id")])


def release(maker, checker, run):
    """The maker hands the orders over, the checker releases each file; the ids of the orders."""
    maker.call(RUN, "action_hand_over", [run])
    orders = read(maker, RUN, run, "order_ids")
    for order in orders:
        checker.call(APPROVAL, "action_approve", [read(maker, ORDER, order, "approval_id")])
    return orders


def bring(person, company, name, content):
    """A bank file dropped on the import screen; what the screen says of it."""
    context = at(company)
    opened = person.call("finance.statement.import", "open_import", context=context)
    attachment = person.call(
        "ir.attachment", "create",
        {"name": name, "datas": base64.b64encode(content).decode(), "res_model": "finance.statement.import",
         "res_id": opened["id"]}, context=context,
    )  # fmt: skip
    return person.call("finance.statement.import", "import_file", [opened["id"]], attachment, context=context)
