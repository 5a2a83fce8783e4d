"""Work that will be undone."""

#: In the context as ``finance_trial``: what is done now will be undone. An object of this process, which nobody can
#: send from outside.
TRIAL = object()
