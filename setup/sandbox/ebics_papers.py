"""What the sandbox's EBICS bank writes: its answers and the customer protocol HAC."""

from xml.sax.saxutils import escape

H005 = "urn:org:ebics:H005"
NAMES = f'xmlns="{H005}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Version="H005" Revision="1"'
TEXTS = {
    "000000": "EBICS_OK", "011000": "EBICS_DOWNLOAD_POSTPROCESS_DONE", "011001": "EBICS_DOWNLOAD_POSTPROCESS_SKIPPED",
    "061001": "EBICS_AUTHENTICATION_FAILED", "061002": "EBICS_INVALID_REQUEST", "061099": "EBICS_INTERNAL_ERROR",
    "061101": "EBICS_TX_RECOVERY_SYNC", "090005": "EBICS_NO_DOWNLOAD_DATA_AVAILABLE", "091010": "EBICS_INVALID_XML",
}  # fmt: skip
#: Codes about the order itself stand in the body, those about the request in the header (annex 1).
BUSINESS = ("090003", "090004", "090005", "090006", "091116", "091120", "091121", "091122")


def versions(code):
    listed = '<VersionNumber ProtocolVersion="H005">03.00</VersionNumber>' if code == "000000" else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ebicsHEVResponse xmlns="http://www.ebics.org/H000">'
        f"<SystemReturnCode><ReturnCode>{code}</ReturnCode><ReportText>[{code}]</ReportText></SystemReturnCode>"
        f"{listed}</ebicsHEVResponse>"
    ).encode()


def managed(code, key="", data="", digest=""):
    """An answer to INI, HIA and HPB: never signed."""
    transfer = ""
    if data:
        transfer = (
            f'<DataTransfer><DataEncryptionInfo authenticate="true"><EncryptionPubKeyDigest Version="E002" '
            f'Algorithm="http://www.w3.org/2001/04/xmlenc#sha256">{digest}</EncryptionPubKeyDigest>'
            f"<TransactionKey>{key}</TransactionKey></DataEncryptionInfo><OrderData>{data}</OrderData></DataTransfer>"
        )
    head, body = _codes(code)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><ebicsKeyManagementResponse {NAMES}><header authenticate="true">'
        f"<static/><mutable>{head}</mutable></header><body>{transfer}{body}</body></ebicsKeyManagementResponse>"
    ).encode()


def answer(code, *, transaction=None, phase="Initialisation", order_id=None, segments=None, segment=None, last=False,
           key="", digest="", data=None):  # fmt: skip
    """An ``ebicsResponse`` whose ``AuthSignature`` is still empty."""
    static = f"<TransactionID>{transaction}</TransactionID>" if transaction else ""
    static += f"<NumSegments>{segments}</NumSegments>" if segments and phase == "Initialisation" else ""
    mutable = f"<TransactionPhase>{phase}</TransactionPhase>"
    if segment:
        mutable += f'<SegmentNumber lastSegment="{str(last).lower()}">{segment}</SegmentNumber>'
    mutable += f"<OrderID>{order_id}</OrderID>" if order_id else ""
    head, body = _codes(code)
    transfer = ""
    if data is not None:
        info = ""
        if key:
            info = (
                f'<DataEncryptionInfo authenticate="true"><EncryptionPubKeyDigest Version="E002" '
                f'Algorithm="http://www.w3.org/2001/04/xmlenc#sha256">{digest}</EncryptionPubKeyDigest>'
                f"<TransactionKey>{key}</TransactionKey></DataEncryptionInfo>"
            )
        transfer = f"<DataTransfer>{info}<OrderData>{data}</OrderData></DataTransfer>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ebicsResponse {NAMES}>\n  <header authenticate="true"><static>'
        f"{static}</static><mutable>{mutable}{head}</mutable></header>\n  <AuthSignature/>\n  <body>{transfer}{body}"
        "</body>\n</ebicsResponse>"
    ).encode()


def _codes(code):
    technical, business = ("000000", code) if code in BUSINESS else (code, "000000")
    head = f"<ReturnCode>{technical}</ReturnCode><ReportText>[{TEXTS.get(technical, technical)}]</ReportText>"
    return head, f'<ReturnCode authenticate="true">{business}</ReturnCode>'


def bank_keys(host_id, authentication, encryption):
    def info(name, version, certificate):
        return (
            f"<{name}PubKeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>"
            f"<{name}Version>{version}</{name}Version></{name}PubKeyInfo>"
        )

    return (
        f'<?xml version="1.0" encoding="UTF-8"?><HPBResponseOrderData xmlns="{H005}" '
        f'xmlns:ds="http://www.w3.org/2000/09/xmldsig#">{info("Authentication", "X002", authentication)}'
        f"{info('Encryption', 'E002', encryption)}<HostID>{host_id}</HostID></HPBResponseOrderData>"
    ).encode()


def protocol(host_id, events, made_at):
    """HAC: one block an event (detailed concept 3.0, 10.2)."""
    blocks = []
    for event in events:
        ids = {"TimeStamp": event["at"], "HostID": host_id, "PartnerID": event["partner"], "UserID": event["user"],
               "OrderType": event["type"], "OrderID": event["order_id"]}  # fmt: skip
        others = "".join(
            f"<Othr><Id>{escape(value)}</Id><SchmeNm><Prtry>{name}</Prtry></SchmeNm></Othr>"
            for name, value in ids.items() if value
        )  # fmt: skip
        blocks.append(
            f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{event['action']}</OrgnlPmtInfId><StsRsnInf><Orgtr><Nm>Sandbox</Nm>"
            f"<Id><OrgId>{others}</OrgId></Id></Orgtr><Rsn><Cd>{event['reason']}</Cd></Rsn>"
            f"<AddtlInf>{escape(event['text'])}</AddtlInf></StsRsnInf></OrgnlPmtInfAndSts>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03">'
        f"<CstmrPmtStsRpt><GrpHdr><MsgId>HAC{made_at.replace(':', '')[:20]}</MsgId>"
        f"<CreDtTm>{made_at}</CreDtTm></GrpHdr>"
        "<OrgnlGrpInfAndSts><OrgnlMsgId>EBICS</OrgnlMsgId><OrgnlMsgNmId>EBICS</OrgnlMsgNmId></OrgnlGrpInfAndSts>"
        f"{''.join(blocks)}</CstmrPmtStsRpt></Document>"
    ).encode()


def agreed(partner, user, listed):
    """HTD: what the user may do, each as ``ORDER NAME/SCOPE/OPTION/CONTAINER/MESSAGE/VERSION``."""
    rows = []
    for line in listed:
        kind, _blank, service = line.partition(" ")
        level = ' AuthorisationLevel="E"' if kind == "BTU" else ""
        rows.append(f"<Permission{level}><AdminOrderType>{kind}</AdminOrderType>{_service(service)}</Permission>")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><HTDResponseOrderData xmlns="{H005}"><PartnerInfo><AddressInfo/>'
        f"<BankInfo><HostID>SANDBOX</HostID></BankInfo></PartnerInfo><UserInfo><UserID Status=\"1\">{user}</UserID>"
        f"<Name>{partner}</Name>{''.join(rows)}</UserInfo></HTDResponseOrderData>"
    ).encode()


def waiting(orders, needed, partner):
    """HVZ: orders that wait for signatures, None where none does."""
    rows = []
    for one in orders:
        people = "".join(
            f"<SignerInfo><PartnerID>{partner}</PartnerID><UserID>{user}</UserID><Name>{user.title()}</Name>"
            '<Timestamp>2026-03-02T09:00:00Z</Timestamp><Permission AuthorisationLevel="A"/></SignerInfo>'
            for user in one["signers"]
        )
        rows.append(
            f"<OrderDetails>{_service(one['service'] + '/09')}<OrderID>{one['order_id']}</OrderID>"
            f'<DataDigest SignatureVersion="A006">{one["digest"]}</DataDigest><OrderDataAvailable>true'
            "</OrderDataAvailable><OrderDataSize>1000</OrderDataSize><OrderDetailsAvailable>true"
            f'</OrderDetailsAvailable><SigningInfo readyToBeSigned="true" NumSigRequired="{needed}" '
            f'NumSigDone="{len(one["signers"])}"/>{people}<OriginatorInfo><PartnerID>{partner}</PartnerID>'
            f"<UserID>{one['user']}</UserID><Timestamp>2026-03-02T09:00:00Z</Timestamp></OriginatorInfo></OrderDetails>"
        )
    if not rows:
        return None
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><HVZResponseOrderData xmlns="{H005}">{"".join(rows)}'
        "</HVZResponseOrderData>"
    ).encode()


def _service(text):
    if not text:
        return ""
    name, scope, option, container, message, version = (part.strip("-") for part in text.split("/"))
    parts = [f"<ServiceName>{name}</ServiceName>"]
    parts += [f"<Scope>{scope}</Scope>"] if scope else []
    parts += [f"<ServiceOption>{option}</ServiceOption>"] if option else []
    parts += [f'<Container containerType="{container}"/>'] if container else []
    return f'<Service>{"".join(parts)}<MsgName version="{version}">{message}</MsgName></Service>'
