"""A validator of NACHA files written from the published record layout, by place; it shares no code with the writer.

``problems(content)`` gives what a receiving bank would refuse; nothing for a file it takes.
"""

import re
from datetime import datetime

_DEBITS = frozenset({"27", "28", "37", "38", "47", "48", "55"})
_CREDITS = frozenset({"22", "23", "32", "33", "42", "43", "52", "53"})
_CLASSES = frozenset({"PPD", "CCD", "CTX", "IAT", "WEB", "TEL", "ARC", "BOC", "CIE"})


def problems(content):
    lines = re.split(r"\r?\n", content.decode("ascii").rstrip("\r\n"))
    found = [f"line {at}: {len(line)} places" for at, line in enumerate(lines, 1) if len(line) != 94]
    if found:
        return found
    return list(_file(lines))


def _file(lines):
    head = lines[0]
    if head[0:3] != "101" or head[34:40] != "094101":
        yield "line 1: no file header"
    if not _time(head[23:33], "%y%m%d%H%M"):
        yield "line 1: creation time"
    if not re.fullmatch(r"[A-Z0-9]", head[33]):
        yield "line 1: file id modifier"
    if len(lines) % 10:
        yield "file: not blocked by ten"
    body = [line for line in lines[1:] if line != "9" * 94]
    if any(line != "9" * 94 for line in lines[1 + len(body) :]):
        yield "file: filler stands before the end"
    control, at, sums = body.pop(), 2, [0, 0, 0, 0, 0]  # batches, count, hash, debits, credits
    numbers, traces = [], []
    while body:
        end = next((place for place, line in enumerate(body) if line[0] == "8"), None)
        if body[0][0] != "5" or end is None:
            yield f"line {at}: no batch"
            return
        batch, body = body[: end + 1], body[end + 1 :]
        yield from _batch(batch, at, sums, traces)
        numbers.append(int(batch[0][87:94]))
        at += len(batch)
    if numbers != sorted(set(numbers)):
        yield "file: batch numbers do not rise"
    if len(traces) != len(set(traces)):
        yield "file: a trace number stands twice"
    declared = [int(control[a:b]) for a, b in ((1, 7), (13, 21), (21, 31), (31, 43), (43, 55))]
    sums[2] %= 10**10
    if control[0] != "9" or declared != sums:
        yield f"file control: {declared} is declared, {sums} is there"
    if int(control[7:13]) * 10 != len(lines):
        yield "file control: number of blocks"
    if control[55:].strip():
        yield "file control: reserved places"


def _batch(lines, at, sums, traces):
    head, control, entries = lines[0], lines[-1], lines[1:-1]
    entry_class = head[50:53]
    if entry_class not in _CLASSES:
        yield f"line {at}: entry class {entry_class}"
    if head[1:4] not in ("200", "220", "225") or head[78] not in "012":
        yield f"line {at}: service class or originator status"
    if not _time(head[69:75], "%y%m%d"):
        yield f"line {at}: effective entry date"
    if not head[53:63].strip() or not head[40:50].strip():
        yield f"line {at}: company id or entry description"
    if entry_class == "IAT" and not re.fullmatch(r"[A-Z]{6}", head[63:69]):
        yield f"line {at}: currencies"
    count = routing = debits = credits = 0
    last_trace = ""
    while entries:
        entry = entries.pop(0)
        addenda = []
        while entries and entries[0][0] == "7":
            addenda.append(entries.pop(0))
        at += 1
        yield from _entry(entry, addenda, entry_class, at)
        at += len(addenda)
        if entry[0] != "6":
            return
        count, routing = count + 1 + len(addenda), routing + int(entry[3:11])
        amount, code = int(entry[29:39]), entry[1:3]
        debits, credits = debits + amount * (code in _DEBITS), credits + amount * (code in _CREDITS)
        if (head[1:4] == "220" and code in _DEBITS) or (head[1:4] == "225" and code in _CREDITS):
            yield f"line {at}: transaction {code} in service class {head[1:4]}"
        if entry[79:94] <= last_trace or entry[79:87] != head[79:87]:
            yield f"line {at}: trace number"
        last_trace = entry[79:94]
        traces.append(last_trace)
    routing %= 10**10
    stated = [int(control[a:b]) for a, b in ((4, 10), (10, 20), (20, 32), (32, 44))]
    if stated != [count, routing, debits, credits]:
        yield f"batch control: {stated} is declared, {[count, routing, debits, credits]} is there"
    for a, b, what in ((1, 4, "service class"), (79, 94, "ODFI and number")):
        if control[a:b] != head[a:b]:
            yield f"batch control: {what} is not that of the header"
    if control[44:54] != head[40:50]:
        yield "batch control: company id is not that of the header"
    sums[:] = [sums[0] + 1, sums[1] + count, sums[2] + routing, sums[3] + debits, sums[4] + credits]


def _entry(entry, addenda, entry_class, at):
    if entry[0] != "6" or entry[1:3] not in _DEBITS | _CREDITS:
        yield f"line {at}: no entry"
        return
    digits = [int(digit) for digit in entry[3:12]]
    if sum(digit * weight for digit, weight in zip(digits, (3, 7, 1) * 3, strict=True)) % 10:
        yield f"line {at}: check digit of the routing number"
    if (entry[78] == "1") != bool(addenda):
        yield f"line {at}: addenda indicator"
    account = entry[39:74] if entry_class == "IAT" else entry[12:29]
    if not account.strip():
        yield f"line {at}: account"
    kinds = [line[1:3] for line in addenda]
    if any(line[87:94] != entry[87:94] for line in addenda):
        yield f"line {at}: addenda of another entry"
    if entry_class == "IAT":
        if kinds[:7] != ["10", "11", "12", "13", "14", "15", "16"] or int(entry[12:16]) != len(addenda):
            yield f"line {at}: addenda {kinds}"
        return
    limits = {"CTX": 9999, "PPD": 1, "CCD": 1, "WEB": 1, "CIE": 1}
    if set(kinds) - {"05"} or len(kinds) > limits.get(entry_class, 0):
        yield f"line {at}: addenda {kinds}"
    if [int(line[83:87]) for line in addenda] != list(range(1, len(addenda) + 1)):
        yield f"line {at}: numbers of the addenda"
    if entry_class == "CTX" and int(entry[54:58]) != len(addenda):
        yield f"line {at}: number of addenda"


def _time(digits, form):
    try:
        return datetime.strptime(digits, form)
    except ValueError:
        return None
