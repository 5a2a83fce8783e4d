"""What readers of ISO 20022 answers share: elements one by one, a place in each refusal, and a document with an end."""

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.xml import xml_documents, xml_events

from ..formats.camt_values import LOCAL, Table, choice, many, text
from .answer import Reason


class Document:
    """One document. A subclass has ``tags``, ``words`` (what it is called), ``truncated`` (code), ``_element``, which
    sets ``ended`` at the end of the root, and ``_place``."""

    tags = ()
    words = truncated = ""

    def __init__(self):
        self.ended = False

    def read(self, chunks):
        for element in xml_events(chunks, self.tags):
            name = LOCAL[element.tag]
            try:
                yield from self._element(element, name)
            except FormatError as error:
                error.place = error.place or self._place(name)
                raise
        if not self.ended:
            raise FormatError(f"the {self.words} has no end", code=self.truncated)


def answers_of(stream, reader, empty):
    """Answers of all documents in ``stream``; a file without any is refused with the code ``empty``."""
    count = 0
    for document in xml_documents(stream):
        for answer in reader().read(document):
            count += 1
            yield answer
    if not count:
        raise FormatError(f"there is no {reader.words} in it", code=empty)


def _cause(element):
    """``Rsn``: a code of the list, or the bank's own."""
    for child in element:
        if LOCAL[child.tag] == "Prtry":
            return None, text(child)
    return choice(element), None


#: Why a status is as it is: ``StsRsnInf`` and ``CxlStsRsnInf`` of every version.
REASON = Table({"Rsn": ("cause", _cause), "StsRsn": ("cause", _cause), "AddtlInf": many("texts", text),
                "AddtlStsRsnInf": many("texts", text)})  # fmt: skip


def reasons(values):
    """One ``Reason`` for each ``REASON`` read; its lines of text are put together."""
    return tuple(
        Reason(*each.get("cause", (None, None)), " ".join(each.get("texts", ())) or None)
        for each in values.get("reasons", ())
    )
