"""Work that is tried and leaves nothing."""

from contextlib import contextmanager

import psycopg2

from odoo.tools.misc import Callbacks


class NotAlike(Exception):
    """The quick way would not write what Odoo writes; the text says where they differ."""


class Overtaken(NotAlike):
    """Somebody else took the number that was to be given: the same work may well pass in a moment."""


@contextmanager
def done_or_undone(env):
    """What is refused inside is rolled back, for Odoo to try; a lost race is not, it is to run anew.

    :raise NotAlike: PostgreSQL refused it
    """
    env.flush_all()
    savepoint = env.cr.savepoint(flush=False)
    try:
        yield
    except psycopg2.OperationalError:
        raise
    except Exception as error:
        env.transaction.clear()
        savepoint.close(rollback=True)
        if isinstance(error, psycopg2.errors.UniqueViolation):
            raise Overtaken(str(error).partition("\n")[0]) from error
        if isinstance(error, psycopg2.Error):
            raise NotAlike(str(error).partition("\n")[0]) from error
        raise
    savepoint.close(rollback=False)


@contextmanager
def undone(env):
    """Whatever is written inside is rolled back; what waits for the commit outside goes on waiting.

    A savepoint of Odoo would run the waiting hooks before, with half of what they are to tell about.
    """
    cr = env.cr
    env.flush_all()
    waiting = cr.precommit, cr.postcommit
    cr.precommit, cr.postcommit = Callbacks(), Callbacks()
    savepoint = cr.savepoint(flush=False)
    try:
        yield
    finally:
        env.transaction.clear()
        savepoint.close(rollback=True)
        cr.precommit, cr.postcommit = waiting
