import { formatDateTime } from "@web/core/l10n/dates";
import { localization } from "@web/core/l10n/localization";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;
const FOR_PEOPLE = /^odoo\.exceptions\.|\.core\.errors\./; // errors whose words were written for whoever reads them
const ENDED = "odoo.http.SessionExpiredException";

/**
 * What came instead of an answer, in words of the desk: never those of the program.
 *
 * @returns {{ words: string, lost: boolean, ended: boolean }} lost: nobody knows whether the server did it
 */
export function troubleOf(error) {
    if (error instanceof ConnectionLostError) {
        return { words: _t("No connection to the server. The desk asks again until it answers; nothing you typed is lost."), lost: true };
    }
    if (!(error instanceof RPCError)) {
        throw error;
    }
    const name = error.exceptionName || "";
    const message = (error.data && error.data.message) || "";
    if (name === ENDED) {
        return { words: _t("Your session has ended and nothing was changed. Log in again."), ended: true };
    }
    if (name.endsWith(".AccessError") && message.includes("\n")) {
        return { words: _t("You have no right to do this, and nothing was changed. Your administrator can give it.") };
    }
    if (FOR_PEOPLE.test(name) && message) {
        return { words: message };
    }
    const time = formatDateTime(DateTime.now(), { format: localization.timeFormat });
    return {
        words: _t("The server could not do this, and nothing was changed. Its log tells your administrator why, at %s.", time),
    };
}
