#!/usr/bin/env python3
"""Run the sandbox: ``python setup/sandbox/serve.py --port 0`` prints its addresses and serves."""

import argparse
import contextlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sandbox import Sandbox  # noqa: E402 - found through the line above


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8079, help="0 takes a free one")
    parser.add_argument("--state", help="file that keeps the effects over a restart")
    parser.add_argument("--seed", type=int, default=0, help="of the faults that come by chance")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each call is looked at")
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"), help="serve HTTPS")
    options = parser.parse_args()
    sandbox = Sandbox(
        port=options.port, state=options.state, seed=options.seed, tls=options.tls, latency=options.latency
    )
    for party in sandbox.parties:
        print(f"{party}\t{sandbox.url(party)}")
    print(f"control\t{sandbox.address}/_control/effects", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        sandbox.serve()


if __name__ == "__main__":
    main()
