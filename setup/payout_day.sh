#!/usr/bin/env bash
# The high-volume scenario on a database of its own, "payout_day": a day of 20,000 payments of a shop comes as the
# provider's files, event by event, and the bank's statement; booked, matched, checked, timed.
# Options are those of "odoo finance payout-day": --transactions, --invoices, --payouts, --seed.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
. "$ROOT/setup/lib/postgres.sh"
. "$ROOT/setup/lib/template.sh"

database=payout_day
connect_postgres
echo "Database $database: a fresh copy"
"$HOME_DIR/bin/newdb" "$database" connector_bank >"$LOGS/payout_day.log" 2>&1
exec "$HOME_DIR/bin/odoo" finance payout-day -d "$database" "$@"
