"""Helpers of the Python tests: a service under test, its clients, streams, proxies, and the count of checks."""
