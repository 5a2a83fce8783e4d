-- Retention rules go live, and legal holds end, only with an approval; what is held keeps its contents, whoever writes.

DROP TRIGGER IF EXISTS finance_guard ON finance_retention_rule;
CREATE TRIGGER finance_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_retention_rule
    FOR EACH ROW EXECUTE FUNCTION finance_approved_guard(
        'retention', 'finance.retention.rule', 'kind sensitivity company_id days action date_from date_to note');
ALTER TABLE finance_retention_rule ENABLE ALWAYS TRIGGER finance_guard;

CREATE OR REPLACE FUNCTION finance_legal_hold_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM finance_refuse('Legal holds stay as evidence.');
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'active' THEN
            PERFORM finance_refuse('A legal hold begins in force.');
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.company_id, NEW.partner_id, NEW.connector_id, NEW.message_id, NEW.date_from, NEW.date_to, NEW.set_by_id)
       IS DISTINCT FROM
       (OLD.company_id, OLD.partner_id, OLD.connector_id, OLD.message_id, OLD.date_from, OLD.date_to, OLD.set_by_id)
       OR (OLD.state = 'lifted' AND NEW.state <> 'lifted') THEN
        PERFORM finance_refuse('A legal hold does not change; set another one.');
    END IF;
    IF NEW.state = 'lifted' AND OLD.state <> 'lifted'
       AND NOT finance_approved('legal_hold', 'finance.legal.hold', NEW.id) THEN
        PERFORM finance_refuse('A legal hold ends only when another person has approved it.');
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS finance_guard ON finance_legal_hold;
CREATE TRIGGER finance_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_legal_hold
    FOR EACH ROW EXECUTE FUNCTION finance_legal_hold_guard();
ALTER TABLE finance_legal_hold ENABLE ALWAYS TRIGGER finance_guard;

-- holds on persons are looked up by the hub itself: a trigger cannot read what a file says
CREATE OR REPLACE FUNCTION finance_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.erased_on IS NOT DISTINCT FROM OLD.erased_on THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM finance_legal_hold h
                WHERE h.state <> 'lifted' AND h.partner_id IS NULL
                  AND (h.company_id IS NULL OR h.company_id = OLD.company_id)
                  AND (h.connector_id IS NULL OR h.connector_id = OLD.connector_id)
                  AND (h.message_id IS NULL OR h.message_id = OLD.id)
                  AND (h.date_from IS NULL OR OLD.create_date >= h.date_from)
                  AND (h.date_to IS NULL OR OLD.create_date < h.date_to + 1)) THEN
        PERFORM finance_refuse('This message is under a legal hold.');
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

DROP TRIGGER IF EXISTS finance_held ON finance_message;
CREATE TRIGGER finance_held BEFORE DELETE OR UPDATE OF erased_on ON finance_message
    FOR EACH ROW EXECUTE FUNCTION finance_held();
ALTER TABLE finance_message ENABLE ALWAYS TRIGGER finance_held;
