-- Trust in a bank account comes from an approved change request only, whoever writes and however:
-- screens, imports, merges of partners, programs past access rights, plain SQL.

CREATE OR REPLACE FUNCTION finance_bank_guarded(company integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (SELECT FROM res_company c WHERE c.finance_bank_guard AND (company IS NULL OR c.id = company));
END $$;

CREATE OR REPLACE FUNCTION finance_bank_trust() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed boolean := TG_OP = 'INSERT';
    maker integer;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        changed := (NEW.sanitized_acc_number, NEW.partner_id, NEW.bank_id, NEW.acc_holder_name, NEW.clearing_number,
                    NEW.company_id)
            IS DISTINCT FROM (OLD.sanitized_acc_number, OLD.partner_id, OLD.bank_id, OLD.acc_holder_name,
                              OLD.clearing_number, OLD.company_id);
        IF NOT changed AND NEW.allow_out_payment IS NOT DISTINCT FROM OLD.allow_out_payment THEN
            RETURN NEW;
        END IF;
    END IF;

    IF NEW.allow_out_payment AND finance_bank_guarded(NEW.company_id) THEN
        SELECT c.requested_by_id INTO maker
          FROM finance_bank_change c JOIN finance_approval a ON a.id = c.approval_id
         WHERE coalesce(c.account_id, c.made_id) = NEW.id AND c.state = 'asked'
           AND a.kind = 'bank' AND a.res_model = 'finance.bank.change' AND a.res_id = c.id
           AND a.state = 'approved' AND a.effective_on <= finance_utc() AND a.applied_on IS NULL
           AND c.sanitized_acc_number = NEW.sanitized_acc_number AND c.partner_id = NEW.partner_id
           AND c.bank_id IS NOT DISTINCT FROM NEW.bank_id
           AND (coalesce(c.acc_holder_name, '') = '' OR c.acc_holder_name = NEW.acc_holder_name)
           AND coalesce(c.clearing_number, '') = coalesce(NEW.clearing_number, '');
        IF maker IS NULL THEN
            IF changed THEN
                NEW.allow_out_payment := FALSE;
            ELSE
                PERFORM finance_refuse('Trust in a bank account is asked for with a change request.');
            END IF;
        END IF;
    END IF;
    IF changed OR maker IS NOT NULL THEN
        NEW.finance_edited_by_id := coalesce(maker, CASE WHEN TG_OP = 'INSERT' THEN NEW.create_uid ELSE NEW.write_uid END);
        NEW.finance_edited_on := finance_utc();
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS finance_guard ON res_partner_bank;
CREATE TRIGGER finance_guard BEFORE INSERT OR UPDATE ON res_partner_bank
    FOR EACH ROW EXECUTE FUNCTION finance_bank_trust();
ALTER TABLE res_partner_bank ENABLE ALWAYS TRIGGER finance_guard;

-- the identifier of a bank leads money too
CREATE OR REPLACE FUNCTION finance_bank_identifier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM res_partner_bank b WHERE b.bank_id = NEW.id AND b.allow_out_payment
                  AND finance_bank_guarded(b.company_id)) THEN
        PERFORM finance_refuse('Trusted accounts use this bank: add another bank and ask for a change of the account.');
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS finance_guard ON res_bank;
CREATE TRIGGER finance_guard BEFORE UPDATE OF bic ON res_bank
    FOR EACH ROW WHEN (NEW.bic IS DISTINCT FROM OLD.bic) EXECUTE FUNCTION finance_bank_identifier();
ALTER TABLE res_bank ENABLE ALWAYS TRIGGER finance_guard;

-- how bank details are guarded is changed with an approval only
CREATE OR REPLACE FUNCTION finance_company_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM finance_setting_change c
         WHERE c.company_id = NEW.id AND c.state = 'asked'
           AND finance_approved('setting', 'finance.setting.change', c.id)
           AND c.finance_bank_guard IS NOT DISTINCT FROM NEW.finance_bank_guard
           AND c.finance_bank_rest_hours IS NOT DISTINCT FROM NEW.finance_bank_rest_hours
           AND coalesce(c.finance_bank_first_cap, 0) = coalesce(NEW.finance_bank_first_cap, 0)) THEN
        PERFORM finance_refuse('How bank details are guarded is changed with an approval.');
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS finance_guard ON res_company;
CREATE TRIGGER finance_guard
    BEFORE UPDATE OF finance_bank_guard, finance_bank_rest_hours, finance_bank_first_cap ON res_company
    FOR EACH ROW WHEN ((NEW.finance_bank_guard, NEW.finance_bank_rest_hours, coalesce(NEW.finance_bank_first_cap, 0))
        IS DISTINCT FROM (OLD.finance_bank_guard, OLD.finance_bank_rest_hours, coalesce(OLD.finance_bank_first_cap, 0))
        AND OLD.finance_bank_guard IS NOT NULL)
    EXECUTE FUNCTION finance_company_guard();
ALTER TABLE res_company ENABLE ALWAYS TRIGGER finance_guard;
