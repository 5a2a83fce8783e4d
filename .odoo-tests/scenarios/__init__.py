"""Whole stories with real processes on loopback: told step by step, checked at the end."""
