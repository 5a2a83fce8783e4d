from . import (
    test_checkpoints,
    test_determine,
    test_fallback,
    test_outbox,
    test_pure_avatax,
    test_pure_rate_table,
    test_security,
    test_tour,
    test_trace,
)
