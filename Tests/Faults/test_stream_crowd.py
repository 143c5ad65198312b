"""The service is killed under a crowd of streams, and each stream goes on without a gap."""

from support.crowds import goes_on_after_kills

# Streams when the service is killed, and kills.
SCALES = {"small": (500, 1), "full": (5000, 3)}


def test_a_crowd_of_streams_goes_on_after_a_kill(bench, check, scale):
    goes_on_after_kills(bench, check, *SCALES[scale])
