from . import import_files, match_lines, parse
