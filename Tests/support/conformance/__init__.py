"""Hooks that Schemathesis loads, and orders that accept a command."""
