-- Statement profiles of a company go live only with an approval, and do not change from the moment they are asked for.
-- Those that come with the addon are read from its files: their rows only say whether they are switched off.
DROP TRIGGER IF EXISTS finance_guard_insert ON finance_statement_profile;
CREATE TRIGGER finance_guard_insert BEFORE INSERT ON finance_statement_profile
    FOR EACH ROW WHEN (NOT coalesce(NEW.shipped, false)) EXECUTE FUNCTION finance_approved_guard(
        'statement_profile', 'finance.statement.profile', '');
ALTER TABLE finance_statement_profile ENABLE ALWAYS TRIGGER finance_guard_insert;

DROP TRIGGER IF EXISTS finance_guard_update ON finance_statement_profile;
CREATE TRIGGER finance_guard_update BEFORE UPDATE ON finance_statement_profile
    FOR EACH ROW WHEN (NOT (coalesce(OLD.shipped, false) AND coalesce(NEW.shipped, false)))
    EXECUTE FUNCTION finance_approved_guard(
        'statement_profile', 'finance.statement.profile', 'name code number company_id shipped layout note');
ALTER TABLE finance_statement_profile ENABLE ALWAYS TRIGGER finance_guard_update;

DROP TRIGGER IF EXISTS finance_guard_delete ON finance_statement_profile;
CREATE TRIGGER finance_guard_delete BEFORE DELETE ON finance_statement_profile
    FOR EACH ROW WHEN (NOT coalesce(OLD.shipped, false)) EXECUTE FUNCTION finance_approved_guard(
        'statement_profile', 'finance.statement.profile', '');
ALTER TABLE finance_statement_profile ENABLE ALWAYS TRIGGER finance_guard_delete;
