-- a neutralised copy asks no tax engine: drafts are blocked or fall back as their fiscal position says
UPDATE finance_connector SET state = 'paused', pause_reason = 'neutralised copy' WHERE tax_provider IS NOT NULL;
UPDATE ir_cron SET active = FALSE
 WHERE id IN (SELECT res_id FROM ir_model_data WHERE module = 'connector_tax' AND model = 'ir.cron');
