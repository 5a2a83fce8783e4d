-- a neutralised copy sends nothing: connectors to sandbox and paused, secrets gone, messages held, jobs cancelled
UPDATE finance_connector SET environment = 'sandbox', state = 'paused', pause_reason = 'neutralised copy';
UPDATE finance_credential SET sealed = NULL, ending = NULL;
DELETE FROM finance_webhook_address;
UPDATE finance_message SET hold = TRUE, hold_reason = 'neutralised copy'
 WHERE direction = 'out' AND state IN ('ready', 'sending', 'unknown', 'sent');
DELETE FROM ir_config_parameter WHERE key IN ('finance_connector_base.fingerprint', 'finance_connector_base.home');
UPDATE queue_job SET state = 'cancelled' WHERE state IN ('wait_dependencies', 'pending', 'enqueued', 'started');
