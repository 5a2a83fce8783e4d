"""Status reports of a bank, with invented ids."""


def report(*items, group=None, order="RUN-7", batch="RUN-7-1", batch_status=None):
    """A pain.002; each item is (end-to-end id, status, reason code, name)."""
    rows = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{key}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        + (f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else "")
        + (f"<OrgnlTxRef><Cdtr><Nm>{name}</Nm></Cdtr></OrgnlTxRef>" if name else "")
        + "</TxInfAndSts>"
        for key, status, reason, name in (tuple(item) + (None,) * (4 - len(item)) for item in items)
    )
    group = f"<GrpSts>{group}</GrpSts>" if group else ""
    status = f"<PmtInfSts>{batch_status}</PmtInfSts>" if batch_status else ""
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>A</MsgId>'
        f"</GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{order}</OrgnlMsgId>{group}</OrgnlGrpInfAndSts>"
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{batch}</OrgnlPmtInfId>{status}{rows}</OrgnlPmtInfAndSts>"
        "</CstmrPmtStsRpt></Document>"
    ).encode()
