-- What the database itself sees to, whoever writes: approvals are not edited, votes are not forged or taken back.
-- Every refusal is a check violation, so that Odoo shows its text to people.

CREATE OR REPLACE FUNCTION finance_refuse(words text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', words USING ERRCODE = 'check_violation';
END $$;

CREATE OR REPLACE FUNCTION finance_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM finance_refuse(format('%s is evidence: it is neither changed nor deleted.', TG_TABLE_NAME));
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION finance_utc() RETURNS timestamp LANGUAGE plpgsql AS $$
BEGIN
    RETURN clock_timestamp() AT TIME ZONE 'UTC';
END $$;

-- what tells the human behind a user
CREATE OR REPLACE FUNCTION finance_same_human(one integer, other integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN one = other OR EXISTS (
        SELECT FROM res_users a JOIN res_partner pa ON pa.id = a.partner_id,
                    res_users b JOIN res_partner pb ON pb.id = b.partner_id
         WHERE a.id = one AND b.id = other
           AND (a.partner_id = b.partner_id
                OR ARRAY[lower(trim(a.login)), lower(trim(pa.email))] && ARRAY[lower(trim(b.login)), lower(trim(pb.email))]));
END $$;

CREATE OR REPLACE FUNCTION finance_has_group(person integer, wanted integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (
        WITH RECURSIVE gives(id) AS (
            SELECT wanted UNION SELECT i.gid FROM res_groups_implied_rel i JOIN gives g ON i.hid = g.id)
        SELECT FROM res_groups_users_rel r JOIN gives ON gives.id = r.gid WHERE r.uid = person);
END $$;

-- whether the rights of this person lead back to the maker, through any number of delegations
CREATE OR REPLACE FUNCTION finance_leads_to(person integer, maker integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (
        WITH RECURSIVE upstream(id) AS (
            SELECT person
             UNION SELECT d.from_id FROM finance_approval_delegation d JOIN upstream u ON d.to_id = u.id
                    WHERE d.state = 'active' AND finance_utc()::date BETWEEN d.date_from AND d.date_to)
        SELECT FROM upstream WHERE id = maker);
END $$;

-- an approval of this kind for this record that was given and may be carried out now
CREATE OR REPLACE FUNCTION finance_approved(what text, model text, record integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM finance_approval a
         WHERE a.kind = what AND a.res_model = model AND a.res_id = record AND a.state = 'approved'
           AND a.effective_on <= finance_utc() AND a.applied_on IS NULL);
END $$;

CREATE OR REPLACE FUNCTION finance_approval_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    level jsonb;
    number integer := 0;
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM finance_refuse('An approval is evidence: it is not deleted.');
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'waiting' OR NEW.approved_on IS NOT NULL OR NEW.applied_on IS NOT NULL THEN
            PERFORM finance_refuse('An approval begins by waiting for people.');
        END IF;
        IF jsonb_array_length(NEW.requirement) = 0 THEN
            PERFORM finance_refuse('An approval asks for at least one person.');
        END IF;
        RETURN NEW;
    END IF;

    IF (NEW.kind, NEW.company_id, NEW.res_model, NEW.res_id, NEW.sha256, NEW.maker_id, NEW.cool_off_hours, NEW.expires_on)
       IS DISTINCT FROM
       (OLD.kind, OLD.company_id, OLD.res_model, OLD.res_id, OLD.sha256, OLD.maker_id, OLD.cool_off_hours, OLD.expires_on)
       OR (NEW.content, NEW.changes, NEW.requirement, NEW.parts, NEW.account_ids, NEW.excluded)
       IS DISTINCT FROM (OLD.content, OLD.changes, OLD.requirement, OLD.parts, OLD.account_ids, OLD.excluded)
       OR (NEW.maker_network, NEW.maker_mark) IS DISTINCT FROM (OLD.maker_network, OLD.maker_mark) THEN
        PERFORM finance_refuse('What is put before people does not change; ask anew.');
    END IF;

    IF NEW.state <> OLD.state THEN
        IF (OLD.state, NEW.state) NOT IN (('waiting', 'approved'), ('waiting', 'refused'), ('waiting', 'void'),
                                          ('waiting', 'expired'), ('approved', 'void')) THEN
            PERFORM finance_refuse(format('An approval that is %s does not become %s.', OLD.state, NEW.state));
        END IF;
        IF NEW.state = 'approved' THEN
            IF OLD.expires_on IS NOT NULL AND OLD.expires_on <= finance_utc() THEN
                PERFORM finance_refuse('The time to approve this is over.');
            END IF;
            IF EXISTS (SELECT FROM finance_approval_vote v WHERE v.approval_id = NEW.id AND v.decision <> 'approve') THEN
                PERFORM finance_refuse('Somebody refused this.');
            END IF;
            FOR level IN SELECT * FROM jsonb_array_elements(NEW.requirement) LOOP
                IF (SELECT count(*) FROM finance_approval_vote v
                     WHERE v.approval_id = NEW.id AND v.level = number AND v.decision = 'approve'
                       AND v.sha256 = NEW.sha256) < (level ->> 'count')::integer THEN
                    PERFORM finance_refuse('Persons are still missing who have to approve this.');
                END IF;
                number := number + 1;
            END LOOP;
            NEW.approved_on := date_trunc('second', finance_utc());
            NEW.effective_on := NEW.approved_on + make_interval(secs => coalesce(OLD.cool_off_hours, 0) * 3600);
            RETURN NEW;
        END IF;
    END IF;

    IF (NEW.approved_on, NEW.effective_on) IS DISTINCT FROM (OLD.approved_on, OLD.effective_on) THEN
        PERFORM finance_refuse('When an approval was given is not written by hand.');
    END IF;
    IF NEW.applied_on IS DISTINCT FROM OLD.applied_on THEN
        IF OLD.applied_on IS NOT NULL OR NEW.state <> 'approved' OR NEW.effective_on > finance_utc() THEN
            PERFORM finance_refuse('Only what is approved, and has rested, is carried out, and once.');
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION finance_vote_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked finance_approval;
    level jsonb;
    authority integer := NEW.user_id;
BEGIN
    SELECT * INTO asked FROM finance_approval WHERE id = NEW.approval_id FOR UPDATE;
    IF asked.state <> 'waiting' OR (asked.expires_on IS NOT NULL AND asked.expires_on <= finance_utc()) THEN
        PERFORM finance_refuse('This does not wait for a vote any more.');
    END IF;
    IF NEW.sha256 IS DISTINCT FROM asked.sha256 THEN
        PERFORM finance_refuse('The vote is about something else than what is asked.');
    END IF;
    IF NEW.user_id = 1 OR NEW.create_uid IS DISTINCT FROM NEW.user_id THEN
        PERFORM finance_refuse('Programs do not vote.');
    END IF;
    IF NOT EXISTS (SELECT FROM res_users u WHERE u.id = NEW.user_id AND u.active AND u.share IS NOT TRUE) THEN
        PERFORM finance_refuse('Only active internal users vote.');
    END IF;
    IF NOT EXISTS (SELECT FROM res_company_users_rel r WHERE r.user_id = NEW.user_id AND r.cid = asked.company_id) THEN
        PERFORM finance_refuse('The voter does not belong to the company.');
    END IF;
    IF NEW.delegation_id IS NOT NULL THEN
        SELECT d.from_id INTO authority FROM finance_approval_delegation d JOIN res_users u ON u.id = d.from_id
         WHERE d.id = NEW.delegation_id AND d.to_id = NEW.user_id AND d.state = 'active' AND u.active
           AND finance_utc()::date BETWEEN d.date_from AND d.date_to
           AND (d.kind IS NULL OR d.kind = asked.kind) AND (d.company_id IS NULL OR d.company_id = asked.company_id);
        IF authority IS NULL THEN
            PERFORM finance_refuse('The delegation does not hold.');
        END IF;
        IF finance_leads_to(authority, asked.maker_id) THEN
            PERFORM finance_refuse('A delegation does not lead back to whoever asks.');
        END IF;
    END IF;
    NEW.authority_id := authority;
    IF finance_same_human(NEW.user_id, asked.maker_id) OR finance_same_human(authority, asked.maker_id) THEN
        PERFORM finance_refuse('Nobody approves what he asks for himself.');
    END IF;
    IF coalesce(asked.excluded, '[]'::jsonb) @> to_jsonb(NEW.user_id)
       OR coalesce(asked.excluded, '[]'::jsonb) @> to_jsonb(authority)
       OR EXISTS (SELECT FROM res_partner_bank b
                   WHERE coalesce(asked.account_ids, '[]'::jsonb) @> to_jsonb(b.id)
                     AND b.finance_edited_by_id IN (NEW.user_id, authority)) THEN
        PERFORM finance_refuse('Whoever edited this last, or the bank details it goes to, does not approve it.');
    END IF;
    IF EXISTS (SELECT FROM finance_approval_vote v WHERE v.approval_id = asked.id
                  AND (finance_same_human(v.user_id, NEW.user_id) OR v.user_id = authority OR v.authority_id = authority
                       OR v.authority_id = NEW.user_id)) THEN
        PERFORM finance_refuse('This person has voted already.');
    END IF;
    level := asked.requirement -> NEW.level;
    IF level IS NULL OR NEW.level < 0 OR NOT (
        coalesce(level -> 'users', '[]'::jsonb) @> to_jsonb(authority)
        OR (level ->> 'group') IS NOT NULL AND finance_has_group(authority, (level ->> 'group')::integer)) THEN
        PERFORM finance_refuse('This person is not asked on this level.');
    END IF;
    NEW.company_id := asked.company_id;
    NEW.voted_on := finance_utc();
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS finance_guard ON finance_approval;
CREATE TRIGGER finance_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_approval
    FOR EACH ROW EXECUTE FUNCTION finance_approval_guard();
ALTER TABLE finance_approval ENABLE ALWAYS TRIGGER finance_guard;
DROP TRIGGER IF EXISTS finance_keep ON finance_approval;
CREATE TRIGGER finance_keep BEFORE TRUNCATE ON finance_approval FOR EACH STATEMENT EXECUTE FUNCTION finance_keep();
ALTER TABLE finance_approval ENABLE ALWAYS TRIGGER finance_keep;

DROP TRIGGER IF EXISTS finance_guard ON finance_approval_vote;
CREATE TRIGGER finance_guard BEFORE INSERT ON finance_approval_vote
    FOR EACH ROW EXECUTE FUNCTION finance_vote_guard();
ALTER TABLE finance_approval_vote ENABLE ALWAYS TRIGGER finance_guard;
DROP TRIGGER IF EXISTS finance_keep_rows ON finance_approval_vote;
CREATE TRIGGER finance_keep_rows BEFORE UPDATE OR DELETE ON finance_approval_vote
    FOR EACH ROW EXECUTE FUNCTION finance_keep();
ALTER TABLE finance_approval_vote ENABLE ALWAYS TRIGGER finance_keep_rows;
DROP TRIGGER IF EXISTS finance_keep ON finance_approval_vote;
CREATE TRIGGER finance_keep BEFORE TRUNCATE ON finance_approval_vote FOR EACH STATEMENT EXECUTE FUNCTION finance_keep();
ALTER TABLE finance_approval_vote ENABLE ALWAYS TRIGGER finance_keep;

-- rules: adding one only makes stricter; changing or retiring one is what has to be approved
CREATE OR REPLACE FUNCTION finance_rule_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state = 'live' THEN
            PERFORM finance_refuse('A rule in force is retired with an approval, not deleted.');
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state = 'live' THEN
        IF (NEW.kind, NEW.company_id, NEW.currency_id, NEW.amount_from, NEW.amount_to, NEW.cool_off_hours,
            NEW.exclude_editor, coalesce(OLD.level, NEW.level))
           IS DISTINCT FROM
           (OLD.kind, OLD.company_id, OLD.currency_id, OLD.amount_from, OLD.amount_to, OLD.cool_off_hours,
            OLD.exclude_editor, NEW.level) THEN
            PERFORM finance_refuse('A rule in force does not change; add another and retire this one.');
        END IF;
        IF NEW.state <> 'live' AND NOT finance_approved('rule', 'finance.approval.rule', OLD.id) THEN
            PERFORM finance_refuse('A rule in force is retired with an approval.');
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- a delegation works once it is approved, and is not widened afterwards
CREATE OR REPLACE FUNCTION finance_delegation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            PERFORM finance_refuse('A delegation begins as a draft.');
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'draft' AND (NEW.from_id, NEW.to_id, NEW.date_from, NEW.date_to, NEW.kind, NEW.company_id)
       IS DISTINCT FROM (OLD.from_id, OLD.to_id, OLD.date_from, OLD.date_to, OLD.kind, OLD.company_id) THEN
        PERFORM finance_refuse('A delegation that was asked for does not change; end it and make another.');
    END IF;
    IF NEW.state = 'active' AND OLD.state <> 'active'
       AND NOT finance_approved('delegation', 'finance.approval.delegation', OLD.id) THEN
        PERFORM finance_refuse('A delegation works once another person has approved it.');
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS finance_guard ON finance_approval_delegation;
CREATE TRIGGER finance_guard BEFORE INSERT OR UPDATE ON finance_approval_delegation
    FOR EACH ROW EXECUTE FUNCTION finance_delegation_guard();
ALTER TABLE finance_approval_delegation ENABLE ALWAYS TRIGGER finance_guard;

DROP TRIGGER IF EXISTS finance_guard ON finance_approval_rule;
CREATE TRIGGER finance_guard BEFORE UPDATE OR DELETE ON finance_approval_rule
    FOR EACH ROW EXECUTE FUNCTION finance_rule_guard();
ALTER TABLE finance_approval_rule ENABLE ALWAYS TRIGGER finance_guard;

-- a message leaves only with the approval of exactly its bytes
CREATE OR REPLACE FUNCTION finance_message_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.approved_hash IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.approved_hash IS DISTINCT FROM OLD.approved_hash) AND NOT EXISTS (
        SELECT FROM finance_approval a
         WHERE a.kind = 'payment' AND a.res_model = 'finance.message' AND a.res_id = NEW.id AND a.state = 'approved'
           AND a.effective_on <= finance_utc() AND a.content ->> 'sha256' = NEW.approved_hash) THEN
        PERFORM finance_refuse('A message is released by its approval only.');
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS finance_release ON finance_message;
CREATE TRIGGER finance_release BEFORE INSERT OR UPDATE OF approved_hash ON finance_message
    FOR EACH ROW WHEN (NEW.approved_hash IS NOT NULL) EXECUTE FUNCTION finance_message_guard();
ALTER TABLE finance_message ENABLE ALWAYS TRIGGER finance_release;

-- an emergency stop ends by another human than the one who stopped
CREATE OR REPLACE FUNCTION finance_stop_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'released' AND OLD.state <> 'released' AND (
        NEW.released_by_id IS NULL OR NEW.released_by_id = 1 OR NEW.write_uid IS DISTINCT FROM NEW.released_by_id
        OR finance_same_human(NEW.released_by_id, NEW.stopped_by_id)
        OR NOT EXISTS (SELECT FROM res_users u WHERE u.id = NEW.released_by_id AND u.active)) THEN
        PERFORM finance_refuse('Another person than the one who stopped has to release.');
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS finance_guard ON finance_stop;
CREATE TRIGGER finance_guard BEFORE UPDATE ON finance_stop FOR EACH ROW EXECUTE FUNCTION finance_stop_guard();
ALTER TABLE finance_stop ENABLE ALWAYS TRIGGER finance_guard;

-- a live connector works with the endpoint that was approved
CREATE OR REPLACE FUNCTION finance_connector_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM finance_approval a
         WHERE a.id = NEW.approval_id AND a.kind = 'connector' AND a.res_model = 'finance.connector' AND a.res_id = NEW.id
           AND a.state = 'approved' AND a.effective_on <= finance_utc()
           AND a.content ->> 'environment' = 'live' AND a.content ->> 'transport' = NEW.transport
           AND coalesce(a.content ->> 'address', '') = coalesce(NEW.address, '')
           AND coalesce(a.content ->> 'host_keys', '') = coalesce(NEW.host_keys, '')
           AND coalesce(a.content ->> 'tls_pins', '') = coalesce(NEW.tls_pins, '')
           AND coalesce(a.content ->> 'ca_pem', '') = coalesce(NEW.ca_pem, '')) THEN
        PERFORM finance_refuse('A live connector works with an approved set-up only.');
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS finance_guard ON finance_connector;
CREATE TRIGGER finance_guard
    BEFORE INSERT OR UPDATE OF state, environment, transport, address, host_keys, tls_pins, ca_pem ON finance_connector
    FOR EACH ROW WHEN (NEW.state = 'active' AND NEW.environment = 'live' AND NEW.transport <> 'upload')
    EXECUTE FUNCTION finance_connector_guard();
ALTER TABLE finance_connector ENABLE ALWAYS TRIGGER finance_guard;
