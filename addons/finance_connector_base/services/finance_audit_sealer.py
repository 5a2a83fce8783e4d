import contextlib
import json
import logging
import os
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.sql_db import connection_info_for

from .. import server
from ..audit import database, export, verify
from ..audit.seal import Signers, seal_keys
from ..core.errors import FinanceError

_logger = logging.getLogger(__name__)

#: Events that one event of an erasure names.
ERASED_AT_ONCE = 1000


class FinanceAuditSealer(models.AbstractModel):
    """Seals what was noted, signs checkpoints, keeps copies of them elsewhere, verifies and exports the trail.

    Where this addon is loaded server-wide, the job runner's process seals every few seconds (``runner.py``); the
    cron does it each minute in any case. Several sealers are no trouble: each chain has its lock.
    """

    _name = "finance.audit.sealer"
    _description = "Sealer of the audit trail"

    @api.model
    def _seal(self):
        """Seal whatever is committed; on a connection of its own, in short transactions."""
        with closing(self._connection()) as connection:
            return database.seal_all(connection, seal_keys(server.audit_ring()))

    def _connection(self):
        _name, info = connection_info_for(self.env.cr.dbname)
        return psycopg2.connect(**info)

    @api.model
    def _cron_seal(self):
        """The net below the runner's sealer; a checkpoint when the last one is old enough."""
        try:
            self._seal()
            minutes = self.env.company._finance_setting("audit_checkpoint_minutes", 60)
            last = self.env["finance.audit.checkpoint"].search([], limit=1)
            if not last or last.taken_on <= fields.Datetime.now() - timedelta(minutes=minutes):
                self._checkpoint(self.env._("On schedule"), always=False)
            self._copy_anchors()
        except FinanceError as error:
            _logger.error("the audit trail is not sealed: %s", error)

    @api.model
    def _checkpoint(self, reason, always=True):
        """Seal, then sign the heads of all chains; copies go to the folder for anchors and over a connector.

        :return: the checkpoint, ``None`` where nothing is new and ``always`` is not wanted
        """
        self._seal()
        with closing(self._connection()) as connection, connection.cursor() as cr:
            made = self._add_checkpoint(cr, reason, always)
            connection.commit()
        if made:
            self._copy_anchors()
            self._send_anchor(made)
        return made

    @api.model
    def _checkpoint_after_commit(self, reason):
        """A checkpoint of what this transaction did, as soon as it is committed."""
        registry = self.env.registry

        @self.env.cr.postcommit.add
        def take():
            try:
                with registry.cursor() as cr:
                    api.Environment(cr, SUPERUSER_ID, {})["finance.audit.sealer"]._checkpoint(reason)
            except (FinanceError, psycopg2.Error, OSError) as error:  # the cron takes it up within a minute
                _logger.warning("no checkpoint for %s: %s", reason, error)

    def _add_checkpoint(self, cr, reason, always):
        now = datetime.now(UTC).replace(tzinfo=None)
        return database.add_checkpoint(cr, Signers(server.audit_ring()), self._database(), now, reason, always)

    def _database(self):
        return self.env["ir.config_parameter"].sudo().get_param("database.uuid")

    # copies elsewhere

    def _copy_anchors(self):
        """Write the checkpoints that the folder does not have yet; files there are never written again."""
        folder = server.audit_anchors()
        if not folder:
            return
        folder = folder / self._database()
        folder.mkdir(parents=True, exist_ok=True)
        known = [int(path.stem.removeprefix("checkpoint-")) for path in folder.glob("checkpoint-*.json")]
        with closing(self._connection()) as connection, connection.cursor() as cr:
            for made in database.checkpoints(cr, max(known, default=0)):
                number = json.loads(made["body"])["number"]
                with contextlib.suppress(FileExistsError):
                    target = os.open(
                        folder / f"checkpoint-{number:08d}.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444
                    )
                    with os.fdopen(target, "wb") as stream:
                        stream.write(verify.canonical(made))

    def _send_anchor(self, made):
        """Hand the checkpoint to another party over the connector that the settings name."""
        chosen = self.env.company._finance_setting("audit_anchor_connector_id", 0)
        connector = self.env["finance.connector"].sudo().browse(chosen).exists()
        if connector:
            name = f"checkpoint-{json.loads(made['body'])['number']:08d}.json"
            deliver = self.env["finance.deliver"].sudo()
            raw = verify.canonical(made)
            deliver._submit(connector, "file", raw, key=f"audit.{name}", name=name, content_type="application/json")

    # erasing

    @api.model
    def _erase(self, partner, reason):
        """Erase what is readable about a person in the trail; events and seals stay and stay verifiable.

        :return: how many events lost their details
        """
        self.env["finance.audit"]._flush()
        self.env.cr.execute("SELECT id FROM finance_audit_detail WHERE partner_id = ANY(%s)", [partner.ids])
        return self._erase_details([event_id for (event_id,) in self.env.cr.fetchall()], {"reason": reason})

    @api.model
    def _erase_details(self, event_ids, why):
        """Erase what is readable of these events; that it is gone, and why, is an event itself.

        :param why: facts; numbers and words without names
        :return: how many events lost their details
        """
        self.env.cr.execute("SELECT set_config('finance_audit.erases', 'yes', true)")
        self.env.cr.execute("DELETE FROM finance_audit_detail WHERE id = ANY(%s) RETURNING id", [event_ids])
        erased = sorted(event_id for (event_id,) in self.env.cr.fetchall())
        self.env.cr.execute("SELECT set_config('finance_audit.erases', '', true)")
        for start in range(0, len(erased), ERASED_AT_ONCE):
            facts = {"events": erased[start : start + ERASED_AT_ONCE], **why}
            self.env["finance.audit"]._note(verify.ERASED, facts=facts)
        return len(erased)

    # looking

    @api.model
    def _verify(self):
        """Examine the whole trail as it is committed, with this server's keys and the anchors' copies.

        :return: a ``verify.Report``
        """
        ring = server.audit_ring()
        folder = server.audit_anchors()
        anchors = verify.read_anchors(folder / self._database()) if folder else None
        with closing(self._connection()) as connection, connection.cursor() as cr:
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            trail = database.Trail(cr, self._database())
            return verify.Examination(trail, Signers(ring).public, seal_keys(ring), anchors).run()

    @api.model
    def _export(self, folder):
        """Write the whole trail for the offline verifier; a checkpoint is taken first, so that nothing hangs loose.

        :return: counts, and the fingerprint of the signing key
        """
        self._checkpoint(self.env._("Export by %s", self.env.user.login))
        with closing(self._connection()) as connection, connection.cursor() as cr:
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            trail = database.Trail(cr, self._database())
            return export.export(
                folder, trail, Signers(server.audit_ring()), datetime.now(UTC).isoformat(timespec="seconds")
            )
