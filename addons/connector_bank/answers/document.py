"""What readers of ISO 20022 answers share: elements one by one, a place in each refusal, and a document with an end."""

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.xml import xml_documents, xml_events

from ..formats.camt_values import LOCAL


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
