"""Plays one scenario and says whether all of it came out: ``play.py NAME [--short] [--drop] [--database DB]``."""

import argparse
import importlib
import sys

from runner import pure

pure.mount()  # the makers of files live in the addons' tests

NAMES = ("three_countries", "distributor")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--short", action="store_true", help="fewer documents")
    parser.add_argument("--database", help="made afresh; that of the scenario's name if not given")
    parser.add_argument("--pictures", metavar="FOLDER", help="of each step, where the scenario takes any")
    parser.add_argument("--drop", action="store_true", help="leave no database behind")
    options = parser.parse_args()
    stage_module = importlib.import_module("scenarios.stage")
    story = importlib.import_module(f"scenarios.{options.name}")
    sys.stdout.write(f"Scenario: {story.TITLE}\n")
    database = options.database or options.name
    with stage_module.Stage(database, keep=not options.drop, pictures=options.pictures) as stage:
        story.STORY(stage, short=options.short).play()
        return stage.verdict()


if __name__ == "__main__":
    sys.exit(main())
