from . import test_checkpoints, test_demo, test_gates, test_publication, test_pure_snapshot, test_rights, test_snapshot
