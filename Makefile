# The commands of this project; each makes ready what it needs first.
#
#   make setup        a fresh machine ready to run          (options: head of setup/setup.sh)
#   make demo         demo company, bank files matched, then Odoo to look at it     (SERVE=0: no server)
#   make run          Odoo on database DB=demo, as it is
#   make test         all tests; make test-pure: those without Odoo, in seconds
#   make lint         what a reviewer should not have to say
#   make bench        speed beside peers and floors; results in .odoo/bench.json
#   make faults       killed processes, lost lines, broken files: hours, and docs/faults.md; QUICK=1: minutes
#   make damage       200,000 damaged files into every parser; ARGS="COUNT SEED"
#   make payout-day   a shop's 20,000 payments of a day, as files of provider and bank, booked and checked; ARGS
#   make three-countries   a group with an interface bank, a file bank and a portal bank, checked to the cent
#   make distributor       three banks and a treasury platform, from due bills to the last statement line, checked
#   make screens      pictures for docs/pictures, taken from the demo database
#   make clean        takes everything away that setup made

.PHONY: help setup demo run test test-pure lint bench faults damage payout-day three-countries distributor screens clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' Makefile

setup:
	@setup/setup.sh run

demo: setup
	@setup/demo.sh

run: setup
	@setup/serve.sh $(or $(DB),demo)

test:
	@setup/setup.sh tests
	@.odoo-tests/run $(ARGS)

test-pure:
	@setup/setup.sh python
	@.odoo-tests/run --pure $(ARGS)

lint:
	@setup/setup.sh python
	@setup/lint.sh

bench:
	@setup/setup.sh bench
	@.odoo-tests/bench/run $(ARGS)

faults:
	@setup/setup.sh tests
	@.odoo-tests/run --faults $(ARGS)

damage:
	@setup/setup.sh python
	@.odoo-tests/damage/run $(ARGS)

payout-day: setup
	@setup/payout_day.sh $(ARGS)

three-countries:
	@setup/setup.sh tests
	@.odoo-tests/scenarios/run three_countries $(ARGS)

distributor:
	@setup/setup.sh tests
	@.odoo-tests/scenarios/run distributor $(ARGS)

screens:
	@setup/setup.sh tests
	@SERVE=0 setup/demo.sh
	@setup/screens.sh

clean:
	@setup/clean.sh
