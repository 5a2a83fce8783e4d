"""Work that is tried and leaves nothing."""

from contextlib import contextmanager

from odoo.tools.misc import Callbacks


@contextmanager
def undone(env):
    """Whatever is written inside is rolled back; what waits for the commit outside goes on waiting.

    A savepoint of Odoo would run the waiting hooks before, with half of what they are to tell about.
    """
    cr = env.cr
    env.flush_all()
    waiting, cr.precommit = cr.precommit, Callbacks()
    savepoint = cr.savepoint(flush=False)
    try:
        yield
    finally:
        env.transaction.clear()
        savepoint.close(rollback=True)
        cr.precommit = waiting
