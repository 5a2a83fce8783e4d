from . import demo, import_files, match_lines, parse, payout_day
