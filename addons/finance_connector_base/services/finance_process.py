from odoo import api, models


class FinanceProcess(models.AbstractModel):
    """What is special about one kind of message; ``finance.process.<kind>`` inherits from here.

    ``process`` and ``delivered`` write to the ledger and may run again: they look first whether
    there is still something to do. ``send`` and ``ask`` talk to the other side and write nothing.
    """

    _name = "finance.process"
    _description = "Message"

    #: Whether ``delivered`` has work to do after the other side has the message.
    _follows = False
    #: Kinds of mappings without which it cannot work (``mapping.kinds``).
    _mapping_kinds = ()
    #: Objects it writes here in the name of the other side (``authority.objects``), from messages or their answers.
    _writes = ()

    @api.model
    def _written_by(self, flow):
        """Objects that this flow writes; most kinds write the same by whatever flow."""
        return self._writes

    @api.model
    def _may_write(self, flow):
        """Objects that it may come to write; asked when it goes live, not for each message."""
        return self._written_by(flow)

    def process(self, message):
        """Turn an incoming message into records.

        What cannot be done for a part of it is a case opened here (``message._open_case``); the
        message then waits as ``refused``, and a retry does the rest.

        What is too much for one transaction answers ``more`` beside its ``text`` and keeps its own place; it is
        called again, by another job after the commit. With ``stop``, why a person wants it to stop, it is held.

        :return: a dict for ``message.result``; its ``text`` is what a person reads
        :raise FinanceError: nothing of it can be done; all writes are undone
        """
        raise NotImplementedError

    @api.model
    def _follows_over(self, transport):
        """The same for messages over this transport; most kinds do not care."""
        return self._follows

    def _cases_before(self, message):
        """``{case: how often it was reported}`` of those that lose their cause if they are not reported again now."""
        return {case: case.occurrences for case in message._blocking_cases()}

    def _transport(self, message):
        """What ``send`` and ``ask`` talk through: the connector's transport, or a provider over it."""
        return message.flow_id._stepped(message.connector_id._transport(message), message)

    def send(self, delivery):
        """Hand the frozen bytes to the other side and return its ``Receipt``."""
        return delivery.transport.push(delivery.parcel(), delivery.key)

    def ask(self, delivery):
        """What became of a message whose answer was lost.

        :return: its ``Receipt``, or ``None`` where it surely never arrived
        :raise NotImplementedError: the other side cannot be asked, or has a part of it; why, in words
        """
        return delivery.transport.ask(delivery.key, delivery.parcel())

    def delivered(self, message, answer):
        """Follow up in the ledger; ``answer`` are the bytes the other side gave back."""

    def _elsewhere(self, message):
        """What is known of an outgoing message beside its line; asked before each sending.

        :return: ``"arrived"`` where the other side speaks of it, words where people have to look first, else ``None``
        """
        return None

    def _release_facts(self, message):
        """How the release of an outgoing message is put before people, as ``_approval_facts`` of the mixin tells:
        ``parts`` (what goes to whom), ``accounts``, further ``changes`` and ``warnings``.
        """
        return {}
