import contextvars
import hashlib
import hmac
import ipaddress
from typing import NamedTuple

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError
from odoo.http import request

from .. import server
from ..approval.policy import Authority, Person

#: The web client's own calls of methods; other pages of a session (reports, server actions) are no decisions.
WEB_CALLS = ("/web/dataset/call_kw", "/web/dataset/call_button")


#: The JSON-RPC call under way in this thread.
REMOTE = contextvars.ContextVar("finance_remote_call", default=None)


class Remote(NamedTuple):
    params: dict
    address: str


class Call(NamedTuple):
    """What somebody outside asked this server to do, as the request itself says it."""

    uid: int
    model: str
    method: str
    ids: tuple[int, ...]
    channel: str  # web, password, key
    session: str
    address: str

    def names(self, record, methods):
        """Whether the request is for one of these methods of this very record."""
        return self.model == record._name and self.method in methods and record.id in self.ids


class FinancePerson(models.AbstractModel):
    """Tells people from programs, and what a person may vote with.

    Code that runs in somebody's name (sudo, cron, jobs, automations, server actions) has his user but not
    his request: only a request that itself names the decision counts as his decision.
    """

    _name = "finance.person"
    _description = "Person who decides"

    @api.model
    def _call(self):
        """The request under way, or ``None`` where nobody outside asked for anything."""
        if not request:
            return self._remote_call()
        path = request.httprequest.path
        if path.startswith(WEB_CALLS):
            params = request.get_json_data().get("params", {})
            return self._as_call(request.session.uid, params, "web", request.session.sid)
        if path.startswith("/json/2/"):
            model, _slash, method = path.removeprefix("/json/2/").partition("/")
            args = [request.get_json_data().get("ids", [])]
            key = request.httprequest.headers.get("Authorization", "")
            return self._as_call(request.env.uid, {"model": model, "method": method, "args": args}, "key", key)
        return None

    def _remote_call(self):
        """The JSON-RPC call whose password Odoo has checked by now."""
        remote = REMOTE.get()
        if remote is None or remote.params.get("service") != "object":
            return None
        if remote.params.get("method") not in ("execute", "execute_kw"):
            return None
        _db, uid, secret, model, method, *rest = remote.params["args"]
        args = rest[0] if remote.params["method"] == "execute_kw" and rest else rest
        given = {"model": model, "method": method, "args": args}
        return self._as_call(int(uid), given, self._channel(secret), secret, remote.address)

    def _as_call(self, uid, params, channel, secret, address=None):
        args = params.get("args") or [[]]
        ids = args[0] if isinstance(args[0], list) else [args[0]]
        return Call(
            uid,
            params.get("model"),
            params.get("method"),
            tuple(one for one in ids if isinstance(one, int)),
            channel,
            self._digest(secret),
            address if address is not None else request.httprequest.remote_addr or "",
        )

    def _channel(self, secret):
        key = self.env["res.users.apikeys"].sudo()._check_credentials(scope="rpc", key=secret)
        return "key" if key else "password"

    def _digest(self, secret):
        """A mark by which two votes of one session are recognised, and nothing else."""
        salt = self.env["ir.config_parameter"].sudo().get_param("database.uuid") or ""
        return hmac.new(salt.encode(), (secret or "").encode(), hashlib.sha256).hexdigest()[:16]

    @api.model
    def _present(self):
        """Refuse where nobody acts but a program, sudo or the superuser."""
        if self.env.su or self.env.uid == SUPERUSER_ID:
            raise AccessError(self.env._("Decisions are made by people."))

    @api.model
    def _required(self, record, methods):
        """The call of the person who decides about ``record``, or a refusal.

        :raise AccessError: no person, or the person asked for something else
        """
        self._present()
        call = self._call()
        if call is None or call.uid != self.env.uid:
            raise AccessError(self.env._("Decisions are made by people who are signed in, not in their name."))
        if call.channel == "key" and server.option("approve_by_key") != "yes":
            raise AccessError(self.env._("An API key is kept by a program. Sign in to decide."))
        if not self._asked_for(call, record, methods):
            raise AccessError(self.env._("This was not decided by a person: no request asked for it."))
        return call

    def _asked_for(self, call, record, methods):
        """Whether the request names the decision; screens that stand for several records say which."""
        if call.names(record, methods):
            return True
        screen = self.env.get(call.model)
        if screen is None or call.method not in getattr(screen, "_decides", ()):
            return False
        return record in screen.browse(call.ids)._decided_records()

    @api.model
    def _masked(self, address):
        """The network an address belongs to: enough to compare, too little to find a person's home."""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return ""
        return str(ipaddress.ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))

    # what somebody may vote with, as plain values

    @api.model
    def _identity(self, user):
        """What tells the human behind a user: two users that share any of these are taken for one person."""
        user = user.sudo()
        names = {name.strip().lower() for name in (user.login, user.partner_id.email) if name and name.strip()}
        return frozenset([f"partner:{user.partner_id.id}", *names])

    def _authority(self, user, delegation=None, upstream=frozenset()):
        user = user.sudo()
        groups = frozenset(user.all_group_ids.ids)
        return Authority(user.id, groups, self._identity(user), upstream, delegation.id if delegation else None)

    @api.model
    def _person(self, user, kind, company, program=False):
        """``user`` as the policy sees him for a request of this kind and company."""
        user = user.sudo()
        delegations = self.env["finance.approval.delegation"].sudo()._held_by(user, kind, company)
        return Person(
            user.id,
            self._authority(user),
            frozenset(user.company_ids.ids),
            user.active and not user.share,
            program or user.id == SUPERUSER_ID,
            tuple(self._authority(one.from_id, one, one._upstream()) for one in delegations),
        )
