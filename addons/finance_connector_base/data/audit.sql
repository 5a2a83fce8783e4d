-- The audit trail: rows are only ever added. Safe to run again.
-- The triggers stop accidents and make a change loud; the seals and the checkpoints make it evident.

DO $$ BEGIN
    IF to_regclass('finance_audit_event') IS NULL THEN
        DROP TABLE IF EXISTS finance_audit_queue;  -- of an installation that was removed
    END IF;
END $$;

-- no foreign keys: an event outlives what it is about, and takes no lock on it
CREATE TABLE IF NOT EXISTS finance_audit_event (
    id bigserial PRIMARY KEY,
    version smallint NOT NULL,
    kind varchar NOT NULL,
    origin varchar NOT NULL,
    user_id integer,
    uid integer NOT NULL,
    company_id integer,
    connector_id integer,
    correlation_id varchar,
    res_model varchar,
    res_id bigint,
    facts jsonb,
    before_sha256 varchar,
    after_sha256 varchar,
    detail_sha256 varchar,
    node varchar NOT NULL,
    occurred_on timestamp NOT NULL,
    chain varchar NOT NULL GENERATED ALWAYS AS (
        CASE WHEN connector_id IS NOT NULL THEN 'connector-' || connector_id::text
             WHEN company_id IS NOT NULL THEN 'company-' || company_id::text ELSE 'database' END) STORED
);
CREATE INDEX IF NOT EXISTS finance_audit_event_subject ON finance_audit_event (res_model, res_id, id);
CREATE INDEX IF NOT EXISTS finance_audit_event_correlation ON finance_audit_event (correlation_id)
    WHERE correlation_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS finance_audit_event_company ON finance_audit_event (company_id, id);

-- what people can read of an event; erased with its salt, after which the event's digest of it tells nothing
CREATE TABLE IF NOT EXISTS finance_audit_detail (
    id bigint PRIMARY KEY,
    salt varchar NOT NULL,
    content jsonb NOT NULL,
    partner_id integer
);
CREATE INDEX IF NOT EXISTS finance_audit_detail_partner ON finance_audit_detail (partner_id)
    WHERE partner_id IS NOT NULL;

CREATE TABLE IF NOT EXISTS finance_audit_seal (
    id bigint PRIMARY KEY,
    chain varchar NOT NULL,
    seq bigint NOT NULL,
    link varchar NOT NULL,
    mac varchar NOT NULL,
    key varchar NOT NULL,
    sealed_on timestamp NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'UTC'),
    UNIQUE (chain, seq)
);

CREATE TABLE IF NOT EXISTS finance_audit_checkpoint (
    id bigint PRIMARY KEY,
    body text NOT NULL,
    signatures jsonb NOT NULL,
    reason varchar NOT NULL,
    root varchar NOT NULL,
    events bigint NOT NULL,
    taken_on timestamp NOT NULL
);

-- events that wait for their seal; the only table of the trail that shrinks
CREATE TABLE IF NOT EXISTS finance_audit_queue (
    chain varchar NOT NULL,
    event_id bigint NOT NULL,
    PRIMARY KEY (chain, event_id)
);

-- details go only where an erasure says so (it sets this for its own transaction, and is an event itself)
CREATE OR REPLACE FUNCTION finance_audit_erase() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('finance_audit.erases', true), '') <> 'yes' THEN
        PERFORM finance_refuse('Details of audit events go only with an erasure.');
    END IF;
    RETURN OLD;
END $$;

-- only what is missing or switched off is made anew: the tables may belong to another role than Odoo's
DO $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT t.name, g.trigger, g.fires
          FROM unnest(ARRAY['finance_audit_event', 'finance_audit_seal', 'finance_audit_checkpoint',
                            'finance_audit_detail']) t(name),
               LATERAL (VALUES
                   ('finance_keep_rows', CASE t.name WHEN 'finance_audit_detail'
                        THEN 'BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION finance_keep()'
                        ELSE 'BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION finance_keep()' END),
                   ('finance_keep', 'BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION finance_keep()'),
                   ('finance_erase', CASE t.name WHEN 'finance_audit_detail'
                        THEN 'BEFORE DELETE ON %s FOR EACH ROW EXECUTE FUNCTION finance_audit_erase()' END)
               ) g(trigger, fires)
         WHERE g.fires IS NOT NULL AND NOT EXISTS (
               SELECT FROM pg_trigger p
                WHERE p.tgrelid = t.name::regclass AND p.tgname = g.trigger AND p.tgenabled = 'A')
    LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS %I ON %I', wanted.trigger, wanted.name);
        EXECUTE format('CREATE TRIGGER %I ', wanted.trigger) || format(wanted.fires, quote_ident(wanted.name));
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', wanted.name, wanted.trigger);
    END LOOP;
END $$;
