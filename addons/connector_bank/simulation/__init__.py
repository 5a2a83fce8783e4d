"""Files that banks should never send, and the verdict each must get: for tests and the fault campaign."""
