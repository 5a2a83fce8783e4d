"""What to do next for the cases of this addon."""

from odoo.addons.finance_connector_base.core.advice import ADVICE, TITLES

from .ebics.codes import RETURN_CODES

ADVICE.update(
    {
        "payment.rejected": "Read the reason, put right what it names, cancel the payment in Odoo (where its journal "
        "does not do that by itself) so that the bill is open again, and pay anew. Nothing is sent again by itself.",
        "payment.contradiction": "Two answers about one payment exclude each other. Ask the bank which one holds "
        "before anything is paid again.",
        "payment.payee": "Compare both names, call the payee on a number you know, and decide under Work → Payees to "
        "decide. Nothing more is released to the account before.",
        "payment.stuck": "Ask the bank whether it has the file, by its name. Nothing is sent again before that is "
        "known.",
        "payment.unsure": "Look at the statement line: if it is this payment, settle the message as arrived; if not, "
        "undo the match. Close this case only when it is sure; a held message is then released by two people.",
        "payment.not_cancelled": "The money goes its way. Talk to the payee; it comes back only if he returns it.",
        "payment.change": "Change the bank details by the change request with its call-back before the next payment.",
        "payment.gone": "See in the bank's portal whether the payment was carried out. Pay anew only when it "
        "surely was not.",
        "payment.status_unknown": "Ask the bank what the status means.",
        "answer": "The file is no answer that we can read. Ask the bank for it again.",
        "answer.payment": "The bank answers to a payment that is not in Odoo. Find out who made it.",
        "answer.ambiguous": "Look at the payments of this id and note the answer by hand.",
        "answer.order": "The bank answers to an order that is not in Odoo. Find out who sent it.",
        "pain002": "The status report is damaged. Ask the bank for it again.",
        "camt029": "The answer to a cancellation is damaged. Ask the bank for it again.",
        "report": "The report has words or columns that its profile does not know. Ask an administrator to extend it.",
        "nacha": "The file of returns is damaged. Ask the bank for it again.",
        "statement.account_unknown": "Create a bank journal with this account number, or enter the number on the "
        "journal it belongs to, then press Retry. A file that names no account is imported again with the journal "
        "chosen.",
        "statement.account_ambiguous": "Several journals have this account. Give each its own currency, or import "
        "the file into the right journal by hand.",
        "statement.account_mismatch": "The file is of another account than the journal. Import it without choosing a "
        "journal, or correct the account number of the journal.",
        "statement.currency_mismatch": "Set the currency of the journal to that of the account, or import into the "
        "right journal, then press Retry.",
        "statement.currency_unknown": "The file names no currency, and amounts of such files have no decimal point: "
        "ask the bank to name the currency of the account in the file. Nothing was booked.",
        "statement.locked": "The period is locked. Reopen it or grant an exception, then press Retry. Nothing was "
        "booked on another date.",
        "file.too_large": "Ask the bank for smaller files, or the administrator allows larger ones in the settings.",
        "statement.conflict": "The bank sent a statement under the same name with other content. Compare both; "
        "import this one by hand if it is a correction.",
        "statement.coming": "A longer file is still being imported into the same account. Nothing is to be done: this "
        "one comes in by itself afterwards. If the longer one was stopped, resume it.",
        "statement.totals": "Lines of the statement were deleted or added by hand while it was being imported. Put "
        "them right, or delete the statement; then press Retry. Without it the file begins anew and recognises the "
        "lines that are left.",
        "statement.gap": "A statement between two is missing. Ask the bank for it; the case closes by itself when "
        "it arrives.",
        "statement.late": "The bank's statement did not come in time. Look at the connector and its flow, or fetch the "
        "file from the portal of the bank and import it; the case closes by itself. If the bank sends none then, set "
        "rhythm, bank days or holidays on the journal.",
        "statement.balance": "The balances and the entries of the file do not agree. The lines are imported as they "
        "are; ask the bank if the difference is not explained.",
        "statement.count": "The file declares another number of entries than it holds. Ask the bank for a complete "
        "file.",
        "statement.credits": "The file declares another total than its entries give. Ask the bank.",
        "statement.debits": "The file declares another total than its entries give. Ask the bank.",
        "statement.currency": "Some entries are in another currency than the account. Check them by hand.",
        "statement.doubtful": "These lines equal lines imported before and nothing says whether they are new. Compare "
        "with the bank, then choose Import these lines too, or close the case.",
        "statement.details_differ": "The bank's notification (camt.054) tells of other transactions than the "
        "collective booking comes to. More may follow, then this closes by itself; otherwise ask the bank.",
        "statement.unconfirmed": "Lines of an intraday report were not confirmed by the statement of that day. "
        "Compare with the bank and delete those that never came.",
        "consent": "The consent to read the accounts is missing or over. Press Give consent on the connector: the "
        "account's owner allows it on a page of the bank, and fetching goes on by itself.",
        "consent.institution": "Enter the bank as GoCardless calls it (page Bank interface).",
        "consent.suspended": "The bank suspended the access. Look into the provider's portal.",
        "pay": "The interface did not take the payments as they are. Read the words; what was not taken can be "
        "cancelled here and paid another way.",
        "pay.part": "Some payments of the order reached the interface and the rest waits. It is looked what is there, "
        "and the rest is sent with the same keys; nothing goes twice.",
        "pay.no_id": "The interface took the order without giving it a number. Ask the bank; until then it counts as "
        "unknown.",
        "pay.numbers": "The interface took the order, but its answer with the numbers of the payments cannot be read: "
        "nothing is asked about them. See in the provider's portal what became of each; do not pay anew before.",
        "pay.other": "Under our id the interface has another payment. Nothing was sent. Ask the provider, and an "
        "administrator here: two databases may use the same account.",
        "pay.several": "The interface has one payment several times. Call the provider now and have all but one "
        "stopped.",
        "pay.own_account": "Press Find accounts on the connector, and give the bank journal the account number shown.",
        "pay.account": "The interface has no place for this payee's account. Correct the bank details, or pay over "
        "another bank.",
        "pay.link": "The page that the bank names for the authorisation is not safe to open. Call the bank; nothing is "
        "paid without an authorisation.",
        "interface_answer": "The answer of the interface is damaged. Ask the bank again.",
        "interface": "The bank's interface answers otherwise than its standard says. Nothing was booked. Try later; if "
        "it stays, send the answer to the bank's developer support.",
        "interface.gone": "The bank has removed what was asked about. See in the bank's portal.",
        "interface.refused": "The bank refuses this service or product for us. Ask the bank; our sign-in is not the "
        "cause.",
        "interface.unsteady": "The list of bookings changed faster than it could be read. It is fetched again later.",
        "interface.repeated": "Equal bookings at the edge of two pages were both taken. Compare with the bank: it may "
        "have shown one booking twice.",
        "interface.sync": "The provider could not fetch from the bank. It is tried again; if it stays, look into the "
        "provider's portal.",
        "interface.account_unknown": "The bank no longer shows this account. Press Find accounts, or switch it off.",
        "wise": "Wise wants a second proof: make an RSA key, upload its public part at Wise (Settings, API tokens) and "
        "enter the private one under Secrets as key for signing.",
        "channel.standby": "The first channel brings nothing; another one of the same accounts is in use. Mend the "
        "first one. What both bring is booked once and compared.",
        "channel.differs": "The interface shows a booking that the bank's statement of that day does not hold, so it "
        "was not booked. Compare with the bank. If it is real, choose Import these lines too; else close the case.",
        "channel.corrected": "The bank changed a booking that was imported before. Compare both, put the first one "
        "right, and choose Import these lines too only if both are real.",
        "channel.missing": "These lines are booked, but the interface no longer shows them. Compare with the bank: a "
        "booking may have been taken back. The case closes by itself when it shows them again.",
        "statement.date": "The bank gives no date for these entries. Ask the bank.",
        "statement.precision": "Amounts have more decimals than the currency. Check the currency's rounding.",
        "mt": "The bank's file is damaged or not MT940. Ask the bank for it again; the place above names the line.",
        "mt.truncated": "The file ends before the closing balance of a statement. Fetch it again in full.",
        "mt.order": "Fields stand where they do not belong, perhaps two statements were glued together. Ask the bank.",
        "mt.pages": "Two pages of a statement do not follow on each other; one between may be missing. Ask the bank.",
        "mt.opening": "The statement gives several opening balances; the first one was taken. Compare with the bank.",
        "mt.fragment": "The file holds only a part of a statement, so nothing was booked. Fetch the whole statement.",
        "mt.text": "The bank put a text under a wrong tag; it is kept with the statement.",
        "bai2": "The bank's file is damaged or not BAI2. Ask the bank for it again; the place above names the line.",
        "bai2.control": "The control total of the file is not that of its amounts: amounts are missing or changed. "
        "Fetch the file again; if it stays, ask the bank.",
        "bai2.count": "The file does not hold as many accounts or groups as it says. Fetch it again in full.",
        "bai2.truncated": "The file ends before its trailers. Fetch it again in full.",
        "bai2.status": "The bank marks these data as a test, or asks to delete what it sent before. Nothing was "
        "booked; ask the bank what is meant.",
        "bai2.correction": "The bank marks these data as a correction. Compare with what was imported before.",
        "bai2.records": "The bank counts the records of its file otherwise; all sums are right. Nothing needs doing.",
        "bai2.type": "The bank uses a type code that says neither credit nor debit. Ask the bank what it means.",
        "statement.records": "The file declares another number of records than it holds. Compare the balances; ask the "
        "bank for the file again if lines are missing.",
        "statement.end": "The record that ends the file is missing. Ask the bank whether the file is complete.",
        "statement.account": "The opening and the closing balance name different accounts. The lines are imported into "
        "the journal of the first; compare with the bank.",
        "payout": "The file cannot be read exactly. Download it again from the payment provider, in the form it has "
        "there; a spreadsheet may have changed amounts and dates.",
        "payout.account_unknown": "Choose the bank journal that stands for this account at the provider; make one "
        "first if there is none. The answer is remembered for every later file.",
        "payout.manual": "Stripe does not tell what a payout made by hand settles. Import the itemised balance report "
        "of these days, or let Stripe pay out by schedule.",
        "payout.waiting": "Look at these payouts at the provider: why are they not complete? They are fetched by "
        "themselves once they are.",
        "paypal.permission": "Allow the application in PayPal's developer dashboard to search transactions; it takes "
        "up to nine hours to count. Then resume the connector.",
        "paypal.too_many": "PayPal lists at most 10,000 transactions of a minute. Import the settlement report.",
        "payout.mode": "Enter a key of the live system in a live connector, one of the test system in a sandbox.",
        "payout.missing": "These settlement reports are announced, or between two others, and cannot be downloaded. "
        "They are tried again with each fetch; if they stay away, look into the provider's list of reports.",
        "shopify.permission": "Give the app the scope read_shopify_payments_payouts in Shopify's Dev Dashboard, "
        "release that version and let the shop accept it.",
        "shopify.account": "This shop is not active, or takes no payments over Shopify Payments. Check the address "
        "of the connector.",
        "shopify.throttled": "Nothing to do: Shopify limits how much is read at a time, and the next fetch goes on. "
        "If it never gets through, raise Wait for points on the connector, page Payouts.",
        "shopify.cost": "Shopify finds even a small page too dear. Enter another version of the interface, or ask "
        "Shopify.",
        "adyen.merchants": "Enter the merchant accounts on the connector, page Payouts.",
        "payout.way": "Set Payouts of the journal to a line for each, or take these days over one channel only. "
        "Nothing was booked.",
        "payout.empty": "The file holds no payout. Choose another period when you download it.",
        "payout.sum": "Gross amounts, fees and payout do not add up. The lines are imported as they are; compare with "
        "the payment provider before you book the difference.",
        "payout.texts": "All amounts are there; payments without their texts match by amount alone. Look at them on "
        "the matching desk. If it happens with each payout: may the access token read events and payments?",
        "payout.pages": "The file is one page of several. Import the other pages too before you compare the payout.",
        "ofx": "The file is not what banks send as OFX. Download it again; if that does not help, ask the bank.",
        "ofx.empty": "The file holds no account. Choose an account and a period when you download it.",
        "coda": "The file is damaged or no CODA file. Ask the bank for it again.",
        "cfonb": "The file is damaged or no CFONB file. Ask the bank for it again.",
        "n43": "The file is damaged or no Norma 43 file. Ask the bank for it again.",
        "cfonb.detail": "A text stands before the first booking. Nothing of value is lost; tell the bank.",
        "ofx.correction": "The bank corrects a transaction it sent before. Nothing was booked: change the earlier line "
        "by hand.",
        "ofx.refused": "The bank did not deliver every account. Download the rest again.",
        "statement.chain": "The balances beside the rows do not follow from the amounts: rows are missing, or the "
        "profile reads amounts wrongly. Compare with the bank before you rely on it.",
        "profile.unknown": "No profile knows the columns of this table. Press Make a profile: it is proposed from the "
        "file, you check what it reads, another person approves it. Then press Retry.",
        "profile.ambiguous": "Several profiles fit the columns and nothing tells them apart. Import the file again and "
        "choose the profile.",
        "profile.missing": "The profile that was chosen is not in force. Choose another one, or have it approved.",
        "profile.invalid": "The profile contradicts itself. Make a new draft of it and correct what is named.",
        "profile.too_many": "Choose the profile when you import the file.",
        "profile.sheet": "A sheet of the workbook has other columns than the rest, or is hidden, and was not imported. "
        "If its rows are bookings, save it as a file of its own and import that.",
        "profile.header": "The file has other columns than the profile that was chosen. Choose another one, or none.",
        "profile.empty": "The table has titles, but no rows: nothing to import. Close the case if that is right.",
        "profile.status": "A row has a status that the profile does not know. Nothing was imported. Add it to a new "
        "draft of the profile: booked, not yet booked, or left out.",
        "profile.number_form": "The amounts could be read with a decimal comma and with a point. Make a profile of "
        "your own that says which one your bank uses.",
        "profile": "A value of the table cannot be read with the profile; nothing was imported. Look at the row and "
        "column named: if the bank changed its table, make a new draft of the profile.",
        "writer.differs": "Nothing is wrong with the entries: Odoo writes them one by one here, which takes longer. "
        "The text says which addon or setting is the cause; an administrator can have an addon that was read trusted "
        "(server option bulk_trusted_modules).",
        "match.none": "Nothing open fits this line. If its document is missing, enter it and match again; else book "
        "the line by hand. The case closes by itself.",
        "match.failed": "Odoo refused the reconciliation for the reason above. Mend the cause and match again.",
        "payment": "The payment file was not written. Mend what the list of broken rules names, then try again.",
        "payment.profile": "The bank profile contradicts itself. Correct its data, or choose another profile.",
        "payment.characters": "Some letters have no spelling at this bank. Write the name as the bank account has it.",
        "payment.length": "The text does not fit. Shorten it, or let the profile cut it.",
        "payment.account": "Ask the partner for the account number and have the change approved; never guess digits.",
        "payment.reference": "Compare the reference with the bill: a digit is wrong.",
        "payment.qr_iban": "Take account and reference from the same QR bill.",
        "payment.repeated": "The same payment may be in the run twice. Remove one before you send.",
        "payment.mandate": "Have the mandate signed, or correct its day.",
        "payment.not_carried": "Remove the field, choose another format, or let the profile leave it out.",
        "pain": "The payment file is damaged or of another version. Write it again from the run.",
        "cfonb160": "The payment file is damaged or breaks a rule of CFONB. Write it again from the run.",
        "cfonb320": "The payment file is damaged or breaks a rule of CFONB. Write it again from the run.",
        "bacs": "The payment file is damaged or breaks a rule of Bacs. Write it again from the run.",
    }
)

TITLES.update(
    {
        "payment.rejected": "Payment refused",
        "payment.contradiction": "The bank contradicts itself about a payment",
        "payment.payee": "The payee's name does not agree",
        "payment.stuck": "No acknowledgement in time",
        "payment.unsure": "Booked by a line that does not name it",
        "payment.not_cancelled": "Not cancelled",
        "payment.change": "Bank details to be changed",
        "payment.gone": "Payment no longer known at the bank",
        "payment.status_unknown": "Unknown status of a payment",
        "answer": "Unreadable answer of the bank",
        "answer.payment": "Answer to an unknown payment",
        "answer.ambiguous": "Answer to one of several payments",
        "answer.order": "Answer to an unknown order",
        "pain002": "Damaged status report",
        "camt029": "Damaged answer to a cancellation",
        "report": "Report that no profile fits",
        "nacha": "Damaged file of returns",
        "statement.account_unknown": "Account unknown",
        "statement.account_ambiguous": "Account of several journals",
        "statement.account_mismatch": "Account of another journal",
        "statement.currency_mismatch": "Currency of the journal differs",
        "statement.currency_unknown": "No currency in the file",
        "statement.locked": "Period is locked",
        "statement.conflict": "Same statement, other content",
        "statement.gap": "Statement missing",
        "statement.late": "Statement late",
        "statement.balance": "Balances do not add up",
        "statement.count": "Number of entries differs",
        "statement.credits": "Sum of credits differs",
        "statement.debits": "Sum of debits differs",
        "statement.currency": "Entries in another currency",
        "statement.doubtful": "Seen before, or new?",
        "statement.details_differ": "Details do not add up to the booking",
        "statement.unconfirmed": "Not confirmed by the statement",
        "consent": "Consent missing or over",
        "pay": "Not taken by the payment interface",
        "pay.part": "A part of the order is at the interface",
        "pay.no_id": "Taken without a number",
        "pay.numbers": "Numbers of the payments cannot be read",
        "pay.other": "Another payment under our id",
        "pay.several": "One payment several times",
        "pay.own_account": "Account to pay from not known",
        "pay.account": "Payee's account does not fit",
        "pay.link": "Unsafe page for the authorisation",
        "interface_answer": "Unreadable answer of the interface",
        "interface": "Answer of the bank's interface",
        "wise": "Second proof for Wise",
        "channel.standby": "Second channel in use",
        "channel.differs": "Not in the bank's statement",
        "channel.corrected": "Booking changed by the bank",
        "channel.missing": "Not at the interface",
        "statement.date": "Date missing",
        "statement.precision": "Too many decimals",
        "statement.chain": "Balances beside the rows are broken",
        "profile": "Table cannot be read",
        "profile.unknown": "Table without a profile",
        "profile.ambiguous": "Several profiles fit",
        "profile.missing": "Profile not in force",
        "profile.invalid": "Profile contradicts itself",
        "profile.too_many": "Too many profiles",
        "profile.sheet": "Sheet not read",
        "profile.sheets": "Too many sheets",
        "profile.header": "Other columns than the profile",
        "profile.empty": "Table without rows",
        "profile.status": "Unknown status of a row",
        "profile.number_form": "Decimal comma or point?",
        "writer.differs": "Quick writing not used",
        "match.failed": "Reconciliation refused",
        "match.none": "No match",
        "camt": "File cannot be read",
        "mt": "File cannot be read",
        "mt.truncated": "Statement without its end",
        "mt.pages": "Page missing",
        "mt.opening": "Several opening balances",
        "mt.fragment": "Part of a statement",
        "mt.text": "Text in a wrong place",
        "bai2": "File cannot be read",
        "bai2.control": "Control total is wrong",
        "bai2.count": "Accounts or groups missing",
        "bai2.truncated": "File without its end",
        "bai2.status": "Test or deletion",
        "bai2.correction": "Correction by the bank",
        "bai2.records": "Number of records differs",
        "payout": "File cannot be read",
        "payout.account_unknown": "Account at a payment provider unknown",
        "payout.sum": "Payout does not add up",
        "payout.manual": "Payout made by hand",
        "payout.missing": "Settlement report missing",
        "payout.way": "Lines and entries of the same payouts",
        "payout.waiting": "Payout not complete at the provider",
        "payout.mode": "Key of another system",
        "shopify.permission": "Shopify refuses to show payouts",
        "shopify.account": "Shop without Shopify Payments",
        "shopify.throttled": "Shopify slows us down",
        "shopify.cost": "Shopify's pages are too dear",
        "payout.texts": "Payments without their texts",
        "payout.pages": "Further pages missing",
        "ofx": "File cannot be read",
        "coda": "File cannot be read",
        "cfonb": "File cannot be read",
        "n43": "File cannot be read",
        "statement.records": "Number of records differs",
        "statement.end": "End of file missing",
        "statement.account": "Balances of two accounts",
        "cfonb.detail": "Text without a booking",
        "ofx.correction": "Correction by the bank",
        "ofx.refused": "Bank did not deliver",
        "payment": "Payment file refused",
        "payment.profile": "Bank profile contradicts itself",
        "payment.characters": "Letters the bank does not take",
        "payment.repeated": "Payment twice in a run",
        "pain": "Payment file cannot be read",
        "cfonb160": "CFONB file",
        "cfonb320": "CFONB file",
        "bacs": "Bacs file",
    }
)

#: What the return codes of EBICS say about themselves.
TITLES.update({f"ebics.{code}": one.words for code, one in RETURN_CODES.items() if one.next})
ADVICE.update({f"ebics.{code}": f"{one.next}." for code, one in RETURN_CODES.items() if one.next})
TITLES.update(
    {
        "ebics": "EBICS refuses",
        "ebics.signature": "The bank's answer is not believed",
        "ebics.bank_keys": "Bank keys not confirmed",
        "ebics.bank_keys_changed": "The bank shows other keys",
        "ebics.keys": "EBICS user without keys",
        "ebics.unknown": "Outcome unknown",
        "ebics.order_refused": "The bank refused an order",
    }
)
ADVICE.update(
    {
        "ebics": "Look into docs/ebics.md, or give the bank's test desk the time and the code.",
        "ebics.signature": "Do not go on: the answer was changed on the way, or the bank has new keys. Ask the bank, "
        "then fetch its keys and compare them with what it published.",
        "ebics.bank_keys": "Open the EBICS user on the connector, fetch the bank's keys, and copy the hashes from the "
        "bank's letter.",
        "ebics.bank_keys_changed": "Ask the bank on a number you know whether it renewed its keys. Fetch and compare "
        "them only then.",
        "ebics.keys": "Open the page EBICS of the connector and initialise a user.",
        "ebics.version": "Ask the bank to enable EBICS 3.0; older versions are not spoken here.",
        "ebics.segment": "It is tried again by itself; ask the bank's test desk if it stays.",
        "ebics.answer": "The bank answers what EBICS 3.0 does not allow. Is the address right? Ask its test desk.",
        "ebics.encryption": "The bank uses another of our keys than it was sent. Ask which certificate it has.",
        "ebics.unknown": "Nothing: the bank's protocol is asked after the quiet time. Never send the order by another "
        "way meanwhile.",
        "ebics.order_refused": "Read the reason. Nothing of the order is carried out; its payments count as refused.",
        "ebics.protocol": "The bank's protocol is no pain.002. Ask the bank for the HAC in the form of EBICS 3.0.",
        "ebics.service": "Correct the business transaction format of the flow by the bank's list.",
    }
)
