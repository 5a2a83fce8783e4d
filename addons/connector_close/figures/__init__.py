from . import close
