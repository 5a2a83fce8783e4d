-- A rule of identity comes into force only with an approval, and does not change from the moment it is asked for.
DROP TRIGGER IF EXISTS finance_guard ON finance_identity_change;
CREATE TRIGGER finance_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_identity_change
    FOR EACH ROW EXECUTE FUNCTION finance_approved_guard(
        'line_identity', 'finance.identity.change', 'journal_id former rule same again merged asked accept note');
ALTER TABLE finance_identity_change ENABLE ALWAYS TRIGGER finance_guard;
