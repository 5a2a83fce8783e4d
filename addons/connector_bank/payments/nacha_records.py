"""Records of the Nacha Operating Rules, appendix 3 (ACH record format specifications); 94 places each."""

from .fixed_record import Record


def _record(description):
    return Record(94, description)


FILE_HEADER = _record(
    "=101 destination:10 origin:10 created_on:6 created_at:4 modifier:1 =094101 destination_name:23 origin_name:23 "
    "reference:8"
)
BATCH_HEADER = _record(
    "=5 service_class:3 company_name:16 discretionary:20 company_id:10 entry_class:3 description:10 :6 "
    "executed_on:6 settled:3 =1 odfi:8 number#7"
)
IAT_BATCH_HEADER = _record(
    "=5 service_class:3 :16 =FF3 :15 country:2 company_id:10 =IAT description:10 origin_currency:3 "
    "currency:3 executed_on:6 settled:3 =1 odfi:8 number#7"
)
ENTRY = _record(
    "=6 transaction:2 rdfi:8 check_digit:1 account:17 amount#10 identification:15 name:22 :2 addenda#1 odfi:8 trace#7"
)
CTX_ENTRY = _record(
    "=6 transaction:2 rdfi:8 check_digit:1 account:17 amount#10 identification:15 addenda_count#4 name:16 :4 "
    "addenda#1 odfi:8 trace#7"
)
IAT_ENTRY = _record(
    "=6 transaction:2 rdfi:8 check_digit:1 addenda_count#4 :13 amount#10 account:35 :4 =1 odfi:8 trace#7"
)
ADDENDA = _record("=705 text:80 sequence#4 trace#7")
#: The addenda of an IAT entry by their two-digit type.
IAT_ADDENDA = {
    "10": _record("=710 purpose:3 foreign_amount#18 :22 name:35 :6 trace#7"),
    "11": _record("=711 name:35 street:35 :14 trace#7"),
    "12": _record("=712 town_region:35 country_post_code:35 :14 trace#7"),
    "13": _record("=713 name:35 =01 identification:34 country:3 :10 trace#7"),
    "14": _record("=714 name:35 qualifier:2 identification:34 country:3 :10 trace#7"),
    "15": _record("=715 identification:15 street:35 :34 trace#7"),
    "16": _record("=716 town_region:35 country_post_code:35 :14 trace#7"),
    "17": _record("=717 text:80 sequence#4 trace#7"),
    "18": _record("=718 name:35 qualifier:2 identification:34 country:3 :6 sequence#4 trace#7"),
}
BATCH_CONTROL = _record("=8 service_class:3 count#6 hash#10 debits#12 credits#12 company_id:10 :25 odfi:8 number#7")
FILE_CONTROL = _record("=9 batches#6 blocks#6 count#8 hash#10 debits#12 credits#12 :39")
FILLER = "9" * 94
RECORDS_IN_BLOCK = 10
"""Lines of a file are a multiple of it, filled up with nines."""
HASH_PLACES = 10**10
#: (kind of account, debit) → transaction code.
TRANSACTIONS = {("CACC", False): "22", ("CACC", True): "27", ("SVGS", False): "32", ("SVGS", True): "37"}
SERVICE_CLASSES = {False: "220", True: "225"}
FILE_MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#: Kinds of documents in RMR segments (ASC X12 820).
DOCUMENT_KINDS = {"CINV": "IV", "CREN": "CM", "PUOR": "PO"}
ENTRY_CLASSES = ("PPD", "CCD", "CTX", "IAT")
