"""An EBICS 3.0 bank: every signature, digest, nonce, state and segment is checked, and effects are counted.

``POST /`` takes requests of protocol H005. The bank's desk: ``POST /desk/activate`` ``{"user", "hashes": {"A006",
"X002", "E002"}}`` compares a letter, ``POST /desk/offer`` ``{"service": "EOP/DE/-/ZIP/camt.053", "files": {name:
text}, "day"}`` lays statements ready, ``GET /desk/letter`` shows the hashes of the bank's keys, ``POST /desk/keys``
gives the bank new ones, ``POST /desk/block`` ``{"user"}``.

Settings: ``host``, ``partner``, ``users``; ``segment_bytes`` of downloads; ``clock_seconds`` a request may be old;
``closed``: services the users may not use; ``agreed``: what HTD lists; ``signatures``: how many an order needs;
``faults``: a list of ``{"phase", "order", "code"}`` (the next such request is answered so and does nothing) or
``{"phase", "order", "kind"}`` with ``bad_signature``, ``unsigned``, ``wrong_segment`` (the answer is falsified).
"""

import base64
import functools
import io
import os
import zipfile
import zlib
from datetime import datetime, timezone
from xml.etree import ElementTree

from lxml import etree

from . import ebics_crypto as crypto
from . import ebics_papers as papers
from .party import Answer, Party, route

NS = {"e": papers.H005, "d": crypto.DS, "s": "http://www.ebics.org/S002"}
#: Elements of the static header in the order of the schema.
ORDER = ("HostID", "Nonce", "Timestamp", "PartnerID", "UserID", "SystemID", "Product", "OrderDetails",
         "BankPubKeyDigests", "SecurityMedium", "NumSegments")  # fmt: skip
XML = {"Content-Type": "text/xml; charset=UTF-8"}


def new_pairs():
    return {version: crypto.new_pair(f"Sandbox {version}") for version in ("X002", "E002")}


@functools.cache
def first_pairs():
    """The keys with which a bank of this process begins: making them takes a while."""
    return new_pairs()


class Refused(Exception):
    """The return code that answers the request."""


class Ebics(Party):
    name = "ebics"
    defaults = {
        "host": "SANDBOX",
        "partner": "PARTNER1",
        "users": ("USER1", "USER2"),
        "segment_bytes": 1 << 20,
        "clock_seconds": 3600,
        "closed": (),
        "signatures": 1,
        "agreed": ("BTD EOP/DE/-/ZIP/camt.053/08", "BTU SCT/-/-/-/pain.001/09", "HAC"),
        "faults": (),
    }

    def clear(self):
        self._pairs, self._keys, self._states, self._orders = {}, {}, {}, {}
        self._events, self._offers, self._read = [], [], 0
        self._transactions, self._nonces, self._begun = {}, set(), 0

    def apply(self, effect):
        data, kind = effect["data"], effect["kind"]
        if kind == "bank_keys":
            self._pairs = {name: (crypto.load_key(key), crypto.load_certificate(certificate))
                           for name, (key, certificate) in data["pairs"].items()}  # fmt: skip
        elif kind == "user_keys":
            for version, certificate in data["certificates"].items():
                self._keys[effect["key"], version] = crypto.load_certificate(certificate)
        elif kind == "user_state":
            self._states[effect["key"]] = data["state"]
        elif kind == "order":
            self._orders[data["digest"]] = {"order_id": effect["key"], **data}
        elif kind == "signed":
            self._order(effect["key"]).update(signers=data["signers"], state=data["state"])
        elif kind == "protocol":
            self._events.append(data)
            self._begun = max(self._begun, int(data["order_id"][1:]))
        elif kind == "protocol_read":
            self._read = data["count"]
        elif kind == "offer":
            self._offers.append({**data, "delivered": False})
        elif kind == "delivered":
            for number in data["numbers"]:
                self._offers[number]["delivered"] = True

    # the bank's desk

    @route("POST", "/desk/activate")
    def activate(self, request):
        wanted = request.json()
        user = wanted["user"]
        for version, told in wanted["hashes"].items():
            certificate = self._keys.get((user, version))
            if certificate is None or crypto.thumbprint(certificate).hex() != "".join(told.split()).lower():
                return Answer(409, {"error": f"the letter does not show the {version} key that came"})
        if self._states.get(user) != "initialised":
            return Answer(409, {"error": "keys are missing"})
        self.effect("user_state", user, state="ready")
        return Answer(200, {"state": "ready"})

    @route("POST", "/desk/block")
    def block(self, request):
        self.effect("user_state", request.json()["user"], state="blocked")
        return Answer(200, {})

    @route("POST", "/desk/offer")
    def offer(self, request):
        wanted = request.json()
        day = wanted.get("day") or datetime.now(timezone.utc).date().isoformat()
        self.effect("offer", wanted["service"], service=wanted["service"], files=wanted["files"], day=day)
        return Answer(201, {})

    @route("POST", "/desk/sign")
    def sign(self, request):
        """Another user signs an order that waits (distributed signature), in a program of his own."""
        wanted = request.json()
        order = self._order(wanted["order_id"])
        if order is None or order["state"] != "waiting":
            return Answer(409, {"error": "this order does not wait"})
        signers = sorted({*order["signers"], wanted["user"]})
        waits = len(signers) < self.settings["signatures"]
        self.effect("signed", order["order_id"], signers=signers, state="waiting" if waits else "executed")
        if not waits:
            self._carry_out({"order_id": order["order_id"], "user": order["user"]}, order["payments"])
        return Answer(200, {"signers": signers})

    def _order(self, order_id):
        return next((one for one in self._orders.values() if one["order_id"] == order_id), None)

    @route("GET", "/desk/letter")
    def letter(self, request):
        pairs = self._bank()
        return Answer(200, {version: crypto.thumbprint(pairs[version][1]).hex() for version in pairs})

    @route("POST", "/desk/keys")
    def renew(self, request):
        self._renew()
        return Answer(200, {})

    def _renew(self):
        self.effect("bank_keys", self.settings["host"], pairs=new_pairs())

    def _bank(self):
        if not self._pairs:
            self.effect("bank_keys", self.settings["host"], pairs=first_pairs())
        return self._pairs

    # requests

    @route("POST", "/")
    def take(self, request):
        try:
            root = etree.fromstring(request.content, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError:
            return Answer(200, papers.managed("091010"), XML)
        name = etree.QName(root).localname
        if name == "ebicsHEVRequest":
            known = root.findtext("{*}HostID") == self.settings["host"]
            return Answer(200, papers.versions("000000" if known else "091011"), XML)
        managed = name in ("ebicsUnsecuredRequest", "ebicsNoPubKeyDigestsRequest")
        if name != "ebicsRequest" and not managed:
            return Answer(200, papers.managed("061002"), XML)
        phase = root.findtext(".//e:TransactionPhase", "", NS)
        kind = root.findtext(".//e:AdminOrderType", "", NS) or self._kind_of(root)
        fault = self._fault(phase, kind)
        try:
            if fault.get("code"):
                raise Refused(fault["code"])
            content = self._manage(root, request.content) if managed else self._step(root, request.content, phase)
        except Refused as refused:
            code = str(refused)
            transaction = root.findtext(".//e:static/e:TransactionID", None, NS)
            content = papers.managed(code) if managed else papers.answer(code, transaction=transaction, phase=phase)
        if managed:
            return Answer(200, content, XML)
        return Answer(200, self._signed(content, fault.get("kind")), XML)

    def _kind_of(self, root):
        found = self._transactions.get(root.findtext(".//e:static/e:TransactionID", "", NS))
        return found["kind"] if found else ""

    def _fault(self, phase, kind):
        """The next planned fault that fits; each is shown once."""
        for number, fault in enumerate(self.settings["faults"]):
            if fault.get("phase", phase) == phase and fault.get("order", kind) == kind:
                self.settings["faults"] = [*self.settings["faults"][:number], *self.settings["faults"][number + 1 :]]
                return fault
        return {}

    def _signed(self, content, kind):
        if kind == "unsigned":
            return content.replace(b"<AuthSignature/>", b"")
        if kind == "wrong_segment":
            content = content.replace(b'lastSegment="false">', b'lastSegment="false">9')
        signed = crypto.signed_answer(content, self._bank()["X002"][0])
        if kind == "bad_signature":
            return signed.replace(b"<ReportText>", b"<ReportText>x")
        return signed

    def _static(self, root):
        """Host, partner and user of a request that begins something; its form is checked."""
        static = root.find("e:header/e:static", NS)
        names = [etree.QName(child).localname for child in static]
        if names != [name for name in ORDER if name in names]:
            raise Refused("091010")
        host, partner, user = (static.findtext(f"e:{name}", "", NS) for name in ("HostID", "PartnerID", "UserID"))
        if any(value != value.strip() or not value.isalnum() for value in (host, partner, user)):
            raise Refused("091010")
        if host != self.settings["host"]:
            raise Refused("091011")
        if partner != self.settings["partner"] or user not in self.settings["users"]:
            raise Refused("091003")
        return static, user

    def _manage(self, root, content):
        static, user = self._static(root)
        kind, state = static.findtext(".//e:AdminOrderType", "", NS), self._states.get(user, "new")
        if kind == "HPB":
            self._fresh(static)
            if state != "ready":
                raise Refused("091002")
            if not crypto.request_is_signed(content, self._keys[user, "X002"]):
                raise Refused("061001")
            return self._keys_answer(user)
        data = zlib.decompress(base64.b64decode(root.findtext(".//e:OrderData", "", NS)))
        wanted = {"INI": ("new", "hia"), "HIA": ("new", "ini")}.get(kind)
        if wanted is None:
            raise Refused("091006")
        if state not in wanted:
            raise Refused("091002")
        self._take_keys(etree.fromstring(data), user, kind)
        self.effect("user_state", user, state=kind.lower() if state == "new" else "initialised")
        return papers.managed("000000")

    def _take_keys(self, data, user, kind):
        if data.findtext("{*}UserID") != user or data.findtext("{*}PartnerID") != self.settings["partner"]:
            raise Refused("090004")
        certificates = {}
        for info in data:
            text = info.findtext("d:X509Data/d:X509Certificate", None, NS)
            version = next((child.text for child in info if child.tag.endswith("Version")), None)
            if text:
                certificate = crypto.load_certificate(text)
                if certificate.public_key().key_size < 2048:
                    raise Refused("091204")
                certificates[version] = text
        if sorted(certificates) != {"INI": ["A006"], "HIA": ["E002", "X002"]}[kind]:
            raise Refused("090004")
        self.effect("user_keys", user, certificates=certificates)

    def _keys_answer(self, user):
        pairs = self._bank()
        paper = papers.bank_keys(self.settings["host"], *(crypto.base64_der(pairs[v][1]) for v in ("X002", "E002")))
        receiver = self._keys[user, "E002"]
        key, data = crypto.encrypt_for(paper, receiver)
        texts = (base64.b64encode(part).decode() for part in (key, data, crypto.thumbprint(receiver)))
        return papers.managed("000000", *texts)

    def _fresh(self, static):
        """Each nonce once, within the time in which nonces are remembered."""
        nonce, moment = static.findtext("e:Nonce", "", NS), static.findtext("e:Timestamp", "", NS)
        try:
            made_at = datetime.fromisoformat(moment.replace("Z", "+00:00"))
        except ValueError:
            raise Refused("091010") from None
        age = abs((datetime.now(timezone.utc) - made_at).total_seconds())
        if len(nonce) != 32 or nonce in self._nonces or age > self.settings["clock_seconds"]:
            raise Refused("091103")
        self._nonces.add(nonce)

    # transactions

    def _step(self, root, content, phase):
        if phase == "Initialisation":
            return self._begin(root, content)
        transaction_id = root.findtext("e:header/e:static/e:TransactionID", "", NS)
        found = self._transactions.get(transaction_id)
        if found is None:
            raise Refused("091101")
        if not crypto.request_is_signed(content, self._keys[found["user"], "X002"]):
            raise Refused("061001")
        if phase == "Receipt":
            return self._receipt(root, transaction_id, found)
        if phase != "Transfer":
            raise Refused("091010")
        number = root.find("e:header/e:mutable/e:SegmentNumber", NS)
        segment, last = int(number.text), number.get("lastSegment") == "true"
        if last != (segment == found["segments"]):
            raise Refused("091104" if segment > found["segments"] else "061002")
        return (self._up if found["kind"] == "BTU" else self._down)(root, transaction_id, found, segment, last)

    def _begin(self, root, content):
        static, user = self._static(root)
        self._fresh(static)
        if self._states.get(user) != "ready":
            raise Refused("091002")
        if not crypto.request_is_signed(content, self._keys[user, "X002"]):
            raise Refused("061001")
        for name, version in (("Authentication", "X002"), ("Encryption", "E002")):
            told = static.findtext(f"e:BankPubKeyDigests/e:{name}", "", NS)
            if base64.b64decode(told) != crypto.thumbprint(self._bank()[version][1]):
                raise Refused("091008")
        kind = static.findtext("e:OrderDetails/e:AdminOrderType", "", NS)
        params = static.find(f"e:OrderDetails/e:{kind if kind in ('BTD', 'BTU', 'HVZ') else 'Standard'}OrderParams", NS)
        if params is None:
            raise Refused("091112")
        if kind in ("BTD", "BTU") and self._service(params) in self.settings["closed"]:
            raise Refused("090003")
        transaction = {"kind": kind, "user": user, "params": params, "id": os.urandom(16).hex().upper()}
        if kind == "BTU":
            return self._begin_upload(root, static, transaction)
        return self._begin_download(transaction)

    def _service(self, params):
        service = params.find("e:Service", NS)
        container = service.find("e:Container", NS)
        parts = [service.findtext(f"e:{name}", "", NS) for name in ("ServiceName", "Scope", "ServiceOption")]
        parts.append(container.get("containerType") if container is not None else "")
        parts.append(service.findtext("e:MsgName", "", NS))
        return "/".join(part or "-" for part in parts)

    # downloads

    def _begin_download(self, found):
        content, on_receipt = self._wanted(found)
        if content is None:
            raise Refused("090005")
        receiver = self._keys[found["user"], "E002"]
        key, data = crypto.encrypt_for(content, receiver)
        text, size = base64.b64encode(data).decode(), self.settings["segment_bytes"]
        found["parts"] = [text[start : start + size] for start in range(0, len(text), size)]
        found["segments"], found["on_receipt"] = len(found["parts"]), on_receipt
        self._transactions[found["id"]] = found
        return papers.answer(
            "000000", transaction=found["id"], segments=found["segments"], segment=1, last=found["segments"] == 1,
            key=base64.b64encode(key).decode(), digest=base64.b64encode(crypto.thumbprint(receiver)).decode(),
            data=found["parts"][0],
        )  # fmt: skip

    def _wanted(self, found):
        """``(content, effect of a positive receipt)`` of what is asked for."""
        start, end = (found["params"].findtext(f"e:DateRange/e:{name}", "", NS)[:10] for name in ("Start", "End"))
        if found["kind"] == "HAC":
            events = [e for e in self._events if start <= e["at"][:10] <= end] if start else self._events[self._read :]
            now = datetime.now(timezone.utc).isoformat(timespec="seconds")
            paper = papers.protocol(self.settings["host"], events, now)
            return (paper if events else None), ("protocol_read", {"count": max(len(self._events), self._read)})
        if found["kind"] == "HTD":
            return papers.agreed(self.settings["partner"], found["user"], self.settings["agreed"]), ("told", {})
        if found["kind"] == "HVZ":
            waiting = [one for one in self._orders.values() if one["state"] == "waiting"]
            return papers.waiting(waiting, self.settings["signatures"], self.settings["partner"]), ("told", {})
        if found["kind"] != "BTD":
            raise Refused("091006")
        service = self._service(found["params"])
        numbers = [
            number for number, offer in enumerate(self._offers) if offer["service"] == service
            and (start <= offer["day"] <= end if start else not offer["delivered"])
        ]  # fmt: skip
        files = {name: text for number in numbers for name, text in self._offers[number]["files"].items()}
        effect = ("delivered", {"numbers": numbers, "files": sorted(files)})
        if "/ZIP/" not in service:
            return next(iter(files.values())).encode() if files else None, effect
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        return (packed.getvalue() if files else None), effect

    def _down(self, root, transaction_id, found, segment, last):
        if not 1 <= segment <= found["segments"]:
            raise Refused("091104")
        return papers.answer("000000", transaction=transaction_id, phase="Transfer", segment=segment, last=last,
                             segments=found["segments"], data=found["parts"][segment - 1])  # fmt: skip

    def _receipt(self, root, transaction_id, found):
        code = root.findtext("e:body/e:TransferReceipt/e:ReceiptCode", "", NS)
        del self._transactions[transaction_id]
        self.effect("receipt", transaction_id, code=code, order=found["kind"])
        if code == "0":
            kind, data = found["on_receipt"]
            self.effect(kind, transaction_id, **data)
        answer = "011000" if code == "0" else "011001"
        return papers.answer(answer, transaction=transaction_id, phase="Receipt")

    # uploads

    def _begin_upload(self, root, static, found):
        transfer = root.find("e:body/e:DataTransfer", NS)
        wrapped = base64.b64decode(transfer.findtext(".//e:TransactionKey", "", NS))
        key = crypto.open_key(wrapped, self._bank()["E002"][0])
        signatures = crypto.decrypt(base64.b64decode(transfer.findtext("e:SignatureData", "", NS)), key)
        digest = base64.b64decode(transfer.findtext("e:DataDigest", "", NS))
        if digest.hex() in self._orders:
            raise Refused("091122")
        if found["params"].find("e:SignatureFlag", NS) is None:
            raise Refused("091121")
        self._begun += 1
        found |= {"key": key, "signatures": signatures, "digest": digest, "parts": [],
                  "segments": int(static.findtext("e:NumSegments", "0", NS)),
                  "order_id": f"A{self._begun:03d}"}  # fmt: skip
        self._transactions[found["id"]] = found
        return papers.answer("000000", transaction=found["id"], order_id=found["order_id"])

    def _up(self, root, transaction_id, found, segment, last):
        if segment != len(found["parts"]) + 1:
            return papers.answer("061101", transaction=transaction_id, phase="Transfer",
                                 segment=len(found["parts"]) or None)  # fmt: skip
        found["parts"].append(root.findtext("e:body/e:DataTransfer/e:OrderData", "", NS))
        if last:
            del self._transactions[transaction_id]
            code = self._ordered(found)
            if code != "000000":
                self._event(found, "ORDER_HAC_FINAL_NEG", "DS0H", f"refused with {code}")
                raise Refused(code)
        return papers.answer("000000", transaction=transaction_id, phase="Transfer", segment=segment, last=last,
                             order_id=found["order_id"])  # fmt: skip

    def _event(self, found, action, reason, text=""):
        moment = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        self.effect("protocol", found["order_id"], action=action, order_id=found["order_id"], type="BTU", at=moment,
                    partner=self.settings["partner"], user=found["user"], reason=reason, text=text)  # fmt: skip

    def _ordered(self, found):
        """Check the whole order and carry it out."""
        self._event(found, "FILE_UPLOAD", "TS01", "order received")
        try:
            content = crypto.decrypt(base64.b64decode("".join(found["parts"])), found["key"])
        except (ValueError, zlib.error, IndexError):
            return "090004"
        digest = crypto.order_hash(content)
        if digest != found["digest"]:
            return "091301"
        signers = set()
        for one in etree.fromstring(found["signatures"]).iterfind("s:OrderSignatureData", NS):
            user = one.findtext("s:UserID", "", NS)
            value = base64.b64decode(one.findtext("s:SignatureValue", "", NS))
            known = self._keys.get((user, "A006"))
            if known is None or self._states.get(user) != "ready":
                return "091304"
            if not crypto.order_signature_holds(value, digest, known):
                return "091301"
            signers.add(user)
        self._event(found, "ES_VERIFICATION", "DS01", "signatures are correct")
        try:
            payments = self._payments(content)
        except ElementTree.ParseError:
            return "090004"
        waiting = len(signers) < self.settings["signatures"]
        if waiting and found["params"].find("e:SignatureFlag", NS).get("requestEDS") != "true":
            return "090003"
        state = "waiting" if waiting else "executed"
        self.effect("order", found["order_id"], digest=digest.hex(), state=state, user=found["user"],
                    payments=payments if waiting else [], signers=sorted(signers),
                    service=self._service(found["params"]))  # fmt: skip
        if waiting:
            self._event(found, "VEU_FORWARDING", "DS06", "waits for further signatures")
        else:
            self._carry_out(found, payments)
        return "000000"

    def _carry_out(self, found, payments):
        for payment in payments:
            self.effect("payment", payment["end_to_end_id"], **payment)
        self._event(found, "ORDER_HAC_FINAL_POS", "DS05", "carried out")

    def _payments(self, content):
        root, found = ElementTree.fromstring(content), []
        ids = {"order": root.findtext(".//{*}GrpHdr/{*}MsgId"), "batch": root.findtext(".//{*}PmtInfId")}
        for transfer in root.iter():
            if transfer.tag.rpartition("}")[2] == "CdtTrfTxInf":
                amount = transfer.find(".//{*}InstdAmt")
                found.append({"end_to_end_id": transfer.findtext(".//{*}EndToEndId"), "amount": amount.text,
                              "currency": amount.get("Ccy"), **ids})  # fmt: skip
        return found

