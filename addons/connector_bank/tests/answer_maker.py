"""Status reports of a bank, with invented ids."""


def report(*items, group=None, order="RUN-7", batch="RUN-7-1", batch_status=None, group_reason=None):
    """A pain.002; each item is (end-to-end id, status, reason code, name)."""
    rows = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{key}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        + (f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else "")
        + (f"<OrgnlTxRef><Cdtr><Nm>{name}</Nm></Cdtr></OrgnlTxRef>" if name else "")
        + "</TxInfAndSts>"
        for key, status, reason, name in (tuple(item) + (None,) * (4 - len(item)) for item in items)
    )
    group = f"<GrpSts>{group}</GrpSts>" if group else ""
    if group_reason:
        group += f"<StsRsnInf><Rsn><Cd>{group_reason}</Cd></Rsn></StsRsnInf>"
    status = f"<PmtInfSts>{batch_status}</PmtInfSts>" if batch_status else ""
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>A</MsgId>'
        f"</GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{order}</OrgnlMsgId>{group}</OrgnlGrpInfAndSts>"
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{batch}</OrgnlPmtInfId>{status}{rows}</OrgnlPmtInfAndSts>"
        "</CstmrPmtStsRpt></Document>"
    ).encode()


def resolution(case, *items, confirmed="CNCL", order="RUN-7", batch="RUN-7-1"):
    """A camt.029; each item is (end-to-end id, status, reason code)."""
    rows = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{key}</OrgnlEndToEndId><TxCxlSts>{status}</TxCxlSts>"
        + (f"<CxlStsRsnInf><Rsn><Cd>{reason[0]}</Cd></Rsn></CxlStsRsnInf>" if reason else "")
        + "</TxInfAndSts>"
        for key, status, *reason in items
    )
    details = (
        f"<CxlDtls><OrgnlPmtInfAndSts><OrgnlPmtInfId>{batch}</OrgnlPmtInfId><OrgnlGrpInf><OrgnlMsgId>{order}"
        f"</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInf>{rows}</OrgnlPmtInfAndSts></CxlDtls>"
    )
    party = "<Pty><Nm>We</Nm></Pty>"
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.029.001.09"><RsltnOfInvstgtn><Assgnmt><Id>R</Id>'
        f"<Assgnr>{party}</Assgnr><Assgne>{party}</Assgne><CreDtTm>2026-11-20T09:30:00Z</CreDtTm></Assgnmt>"
        f"<RslvdCase><Id>{case}</Id><Cretr>{party}</Cretr></RslvdCase><Sts><Conf>{confirmed}</Conf></Sts>"
        f"{details if items else ''}</RsltnOfInvstgtn></Document>"
    ).encode()
