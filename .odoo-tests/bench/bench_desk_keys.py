"""200 lines of ten kinds cleared at the matching desk by keys alone, in Chromium, and the ledger after it."""

import statistics

import screens

from runner import databases, desk_by_keys
from runner.real import Server

LINES = 200
ACCEPT_SECONDS, LINE_SECONDS = 0.2, 1.0


def run():
    """Seconds a line, as the hands need that wait for nothing but the screen, beside their limits."""
    database = databases.new_database()
    server = Server(database, workers=2, options=["--log-level=warn", "--max-cron-threads=0"], label="bench")
    try:
        desk_by_keys.fill(database, LINES)
        done = desk_by_keys.clear(server.start().url, LINES)
        desk_by_keys.check(database, [kind for kind, _seconds in done])
    finally:
        if server.process:
            server.stop()
        databases.drop_database(database)
    seconds = [each for _kind, each in done]
    accepted = [each for kind, each in done if kind == "accept"]
    words = f"Matching desk, {LINES} lines of ten kinds by keys"
    return [
        screens.row(f"{words}: a line, on average", statistics.mean(seconds), LINE_SECONDS),
        screens.row(f"{words}: a line that is accepted", statistics.median(accepted), ACCEPT_SECONDS),
    ]


if __name__ == "__main__":
    for found in run():
        print(found)
