/** Decisions that are sent one after the other, while the person goes on; ``count`` have no answer yet. */
export class Sending {
    count = 0;
    _last = Promise.resolve();

    /** Do ``work`` when all before it is answered; the promise is that of ``work``. */
    send(work) {
        this.count += 1;
        const answer = this._last.then(work).finally(() => {
            this.count -= 1;
        });
        this._last = answer.catch(() => {});
        return answer;
    }

    /** Until everything sent so far is answered. */
    rest() {
        return this._last;
    }
}
