"""A treasury platform: takes payment files, runs tasks on them, acknowledges, and passes the banks' answers on.

Client ``SANDBOX-TMS``, secret ``SANDBOX-TMS-SECRET`` (OAuth2). A task is an effect ``order``; what the banks carry out
of it follows from an effect ``passed`` (key: the task), which makes effects ``payment``. Settings: ``remembers`` (a
second task under the same reference is the first one), ``reject`` (end-to-end ids that the bank refuses),
``task_fails``.
"""

import base64
import hashlib
from xml.etree import ElementTree

from .party import Answer, Party, route

CLIENT, SECRET = "SANDBOX-TMS", "SANDBOX-TMS-SECRET"  # noqa: S105 - of the sandbox


class Treasury(Party):
    name = "treasury"
    defaults = {"remembers": True, "reject": (), "task_fails": False}

    def clear(self):
        self.tokens, self.files, self.tasks, self.answers = set(), {}, {}, {}

    def apply(self, effect):
        kind, key, data = effect["kind"], effect["key"], effect["data"]
        if kind == "token":
            self.tokens.add(key)
        elif kind == "file":
            self.files[key] = data
        elif kind == "order":
            self.tasks[key] = {"id": key, "passed": False, **data}
            if data["state"] != "failed":
                self._answer("platform", key, _report(self.files[data["file"]], group="ACTC"))
        elif kind == "passed":
            self.tasks[key]["passed"] = True
            self._answer("bank", key, _report(self.files[self.tasks[key]["file"]], reject=data["reject"]))
        elif kind == "taken":
            self.answers[key]["taken"] = True

    def effect(self, kind, key, **data):
        fresh = kind == "passed" and not self.tasks[key]["passed"]
        if kind == "passed":
            data["reject"] = list(self.settings["reject"])
        effect = super().effect(kind, key, **data)
        for one in self.files[self.tasks[key]["file"]]["orders"] if fresh else ():
            if one["end_to_end_id"] not in data["reject"]:
                super().effect("payment", one["end_to_end_id"], task=key, **one)
        return effect

    def _answer(self, source, task, content):
        key = f"{source}-{task}"
        self.answers[key] = {"id": key, "from": source, "content": content, "taken": False}

    def refuse(self, request):
        if request.path == "/oauth/token":
            return None
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return None if token in self.tokens else Answer(401, {"error": "unauthorized"})

    @route("POST", "/oauth/token")
    def token(self, request):
        pair = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {pair}":
            return Answer(401, {"error": "invalid_client"})
        key = f"token-{len(self.tokens) + 1}"
        self.effect("token", key)
        return Answer(200, {"access_token": key, "token_type": "bearer", "expires_in": 3600})

    @route("PUT", "/files/{name}")
    def file(self, request, name):
        digest = hashlib.sha256(request.content).hexdigest()
        known = self.files.get(name)
        if known:
            return Answer(200 if known["digest"] == digest else 409, {"name": name})
        try:
            root = ElementTree.fromstring(request.content)
        except ElementTree.ParseError:
            return Answer(422, {"error": "no ISO 20022 file"})
        orders = [
            {"end_to_end_id": one.findtext(".//{*}EndToEndId"), "amount": one.findtext(".//{*}InstdAmt")}
            for one in root.iter() if one.tag.endswith("}CdtTrfTxInf")
        ]  # fmt: skip
        self.effect("file", name, digest=digest, orders=orders, message=root.findtext(".//{*}GrpHdr/{*}MsgId"))
        return Answer(201, {"name": name})

    @route("POST", "/tasks")
    def run(self, request):
        given = request.json()
        if given.get("task") != "IMPORT_PAYMENTS" or given.get("file") not in self.files:
            return Answer(422, {"error": "no such task or file"})
        known = [one for one in self.tasks.values() if one["reference"] == given["reference"]]
        if known and self.settings["remembers"]:
            return Answer(200, self._shown(known[0]))
        key = f"task-{len(self.tasks) + 1}"
        failed = self.settings["task_fails"]
        self.effect(
            "order", key, reference=given["reference"], file=given["file"], state="failed" if failed else "done",
            text="the format of the file is not agreed" if failed else "",
        )  # fmt: skip
        return Answer(201, self._shown(self.tasks[key]))

    @route("GET", "/tasks")
    def listed(self, request):
        wanted = request.query.get("reference")
        return Answer(200, {"tasks": [self._shown(one) for one in self.tasks.values() if one["reference"] == wanted]})

    def _shown(self, task):
        return {name: task[name] for name in ("id", "state", "text", "reference", "file")}

    @route("GET", "/answers")
    def answer_list(self, request):
        rows = [{"id": one["id"], "name": f"{one['id']}.xml"} for one in self.answers.values()
                if not one["taken"] and one["from"] == request.query.get("from")]  # fmt: skip
        return Answer(200, {"answers": rows})

    @route("GET", "/answers/{key}")
    def one_answer(self, request, key):
        found = self.answers.get(key)
        return Answer(200, found["content"], {"Content-Type": "application/xml"}) if found else Answer(404, {})

    @route("PUT", "/answers/{key}/taken")
    def take(self, request, key):
        if key not in self.answers:
            return Answer(404, {})
        if not self.answers[key]["taken"]:
            self.effect("taken", key)
        return Answer(204)


def _report(file, group="", reject=()):
    """A pain.002 about the file: as a whole, or each payment as the bank says it."""
    rows = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{one['end_to_end_id']}</OrgnlEndToEndId>"
        + ("<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>" if one["end_to_end_id"] in reject
           else "<TxSts>ACSP</TxSts>") + "</TxInfAndSts>"
        for one in ([] if group else file["orders"])
    )  # fmt: skip
    status = f"<GrpSts>{group}</GrpSts>" if group else ""
    batch = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>-</OrgnlPmtInfId>{rows}</OrgnlPmtInfAndSts>" if rows else ""
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>A</MsgId>'
        f"</GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{file['message']}</OrgnlMsgId>{status}</OrgnlGrpInfAndSts>{batch}"
        "</CstmrPmtStsRpt></Document>"
    ).encode()
