-- Mappings and systems of record go live only with an approval, and do not change from the moment they are asked for.

CREATE OR REPLACE FUNCTION finance_approved_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    old_row jsonb;
    new_row jsonb;
    part text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            PERFORM finance_refuse('What was asked for or in force stays as evidence.');
        END IF;
        RETURN OLD;
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            PERFORM finance_refuse('A rule begins as a draft.');
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state <> OLD.state THEN
        IF (OLD.state, NEW.state) NOT IN (('draft', 'waiting'), ('waiting', 'draft'), ('waiting', 'live'), ('live', 'retired')) THEN
            PERFORM finance_refuse(format('A rule that is %s does not become %s.', OLD.state, NEW.state));
        END IF;
        IF NEW.state = 'live' AND NOT finance_approved(TG_ARGV[0], TG_ARGV[1], NEW.id) THEN
            PERFORM finance_refuse('It goes live only when another person has approved it.');
        END IF;
    END IF;
    IF OLD.state <> 'draft' THEN
        old_row := to_jsonb(OLD);
        new_row := to_jsonb(NEW);
        FOREACH part IN ARRAY string_to_array(TG_ARGV[2], ' ') LOOP
            IF old_row -> part IS DISTINCT FROM new_row -> part THEN
                PERFORM finance_refuse('What was put before people does not change; make a new draft.');
            END IF;
        END LOOP;
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS finance_guard ON finance_mapping_version;
CREATE TRIGGER finance_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_mapping_version
    FOR EACH ROW EXECUTE FUNCTION finance_approved_guard(
        'mapping', 'finance.mapping.version', 'mapping_id kind company_id number date_from date_to note sha256');
ALTER TABLE finance_mapping_version ENABLE ALWAYS TRIGGER finance_guard;

DROP TRIGGER IF EXISTS finance_guard ON finance_authority;
CREATE TRIGGER finance_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_authority
    FOR EACH ROW EXECUTE FUNCTION finance_approved_guard(
        'authority', 'finance.authority', 'object field_name company_id connector_id date_from date_to note');
ALTER TABLE finance_authority ENABLE ALWAYS TRIGGER finance_guard;

-- rows change in drafts only; those of a version that is deleted go with it
CREATE OR REPLACE FUNCTION finance_mapping_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    version integer;
    found text;
BEGIN
    FOREACH version IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.version_id]
                                        WHEN 'DELETE' THEN ARRAY[OLD.version_id]
                                        ELSE ARRAY[OLD.version_id, NEW.version_id] END LOOP
        SELECT v.state INTO found FROM finance_mapping_version v WHERE v.id = version FOR SHARE;
        IF found IS NOT NULL AND found <> 'draft' THEN
            PERFORM finance_refuse('Rows of a mapping change in drafts only.');
        END IF;
    END LOOP;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

DROP TRIGGER IF EXISTS finance_guard ON finance_mapping_line;
CREATE TRIGGER finance_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_mapping_line
    FOR EACH ROW EXECUTE FUNCTION finance_mapping_rows();
ALTER TABLE finance_mapping_line ENABLE ALWAYS TRIGGER finance_guard;

-- what versions were approved for stays the same
CREATE OR REPLACE FUNCTION finance_mapping_spot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.kind, NEW.company_id, NEW.connector_id) IS DISTINCT FROM (OLD.kind, OLD.company_id, OLD.connector_id)
       AND EXISTS (SELECT FROM finance_mapping_version v WHERE v.mapping_id = OLD.id AND v.state <> 'draft') THEN
        PERFORM finance_refuse('What was approved is about this kind, company and connector.');
    END IF;
    IF NEW.active IS DISTINCT FROM OLD.active
       AND EXISTS (SELECT FROM finance_mapping_version v WHERE v.mapping_id = OLD.id AND v.state = 'live') THEN
        PERFORM finance_refuse('A mapping with a version in force is replaced, not archived.');
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS finance_guard ON finance_mapping;
CREATE TRIGGER finance_guard BEFORE UPDATE ON finance_mapping
    FOR EACH ROW EXECUTE FUNCTION finance_mapping_spot();
ALTER TABLE finance_mapping ENABLE ALWAYS TRIGGER finance_guard;
