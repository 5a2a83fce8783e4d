"""``odoo finance audit``: verify the audit trail, export it, sign a checkpoint, hand a sealing key to an auditor."""

import json
import os

from odoo.exceptions import AccessError, UserError

from .. import server
from ..audit.seal import Signers, seal_keys
from ..core.operation import OPERATIONS, Operation
from ..crypto.envelope import new_key


@OPERATIONS.add("audit", "verify or export the audit trail; sign a checkpoint; keys")
class Audit(Operation):
    epilog = """verify                   examine all of it with this server's keys; exit code 1 where it does not fit
export --to FOLDER       write it for the offline verifier (verify.py lies in the folder)
checkpoint               seal what waits and sign the heads of all chains
keys                     fingerprints of the signing keys; with --escrow FILE write the sealing keys for an auditor
erase --partner ID       delete what is readable about a contact, with --reason; the rest stays verifiable
new-key                  seal and sign with a fresh key from now on; the old ones stay, to verify"""

    def arguments(self, parser):
        parser.add_argument("action", choices=("verify", "export", "checkpoint", "keys", "new-key", "erase"))
        parser.add_argument("target", nargs="?", metavar="FOLDER", help="export: an empty or new folder")
        parser.add_argument("--to", metavar="FOLDER", help="the same")
        parser.add_argument("--escrow", metavar="FILE", help="keys: write the sealing keys there, for an auditor")

        parser.add_argument("--partner", type=int, metavar="ID", help="erase: whose data")
        parser.add_argument("--reason", help="erase: why; without names")

    def run(self, options, env):
        groups = "finance_connector_base.group_auditor"
        if options.action in ("keys", "new-key", "erase"):
            groups = "finance_connector_base.group_admin"
        if not env.user.has_groups(groups):
            raise AccessError(env._("This is for auditors; keys are for administrators."))
        return getattr(self, f"_{options.action.replace('-', '_')}")(options, env)

    def _verify(self, options, env):
        report = env["finance.audit.sealer"].sudo()._verify()
        return {**report.plain(), "text": report.words()}, int(not report.ok)

    def _export(self, options, env):
        folder = options.to or options.target
        if not folder:
            raise UserError(env._("Say into which folder."))
        env["finance.audit"]._note("audit.exported")
        env.cr.commit()  # the export itself is in the trail it exports
        return env["finance.audit.sealer"].sudo()._export(folder), 0

    def _checkpoint(self, options, env):
        made = env["finance.audit.sealer"].sudo()._checkpoint(env._("Asked for by %s", env.user.login))
        return {"checkpoint": json.loads(made["body"]), "signed_by": list(made["signatures"])}, 0

    def _keys(self, options, env):
        ring = server.audit_ring()
        signers = Signers(ring)
        if options.escrow:
            env["finance.audit"]._note("audit.escrow", facts={"keys": list(ring.ids)})
            content = {name: key.hex() for name, key in seal_keys(ring).items()}
            with os.fdopen(os.open(options.escrow, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
                json.dump(content, stream)
        return {"signing_keys": signers.public, "current": signers.current, "sealing_keys": list(ring.ids)}, 0

    def _erase(self, options, env):
        partner = env["res.partner"].browse(options.partner or []).exists()
        if not partner or not options.reason:
            raise UserError(env._("Say whose data, and why."))
        return {"erased": env["finance.audit.sealer"].sudo()._erase(partner, options.reason)}, 0

    def _new_key(self, options, env):
        """The next checkpoint is signed by both, which introduces the new one."""
        old = Signers(server.audit_ring()).current
        server.audit_source().add(new_key(), first=True)
        signers = Signers(server.audit_ring())
        env["finance.audit"]._note("audit.new_key", facts={"old": old, "new": signers.current})
        return {"old": old, "current": signers.current}, 0
