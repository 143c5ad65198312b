"""Prints Seeds/orders.ndjson: `python3 Scripts/lib/seeds >Seeds/orders.ndjson`.

The orders of three shops in a year, as bulk lines. Each story is a function that gives one order its commands. The file
is the same after every run. Its times are fixed; the stories named `underway…` are under way when it ends.
"""

import everyday
import money_stories
import parcel_stories
import return_stories
import trouble_stories
import underway_stories
from book import bulk_lines

# The stories enter themselves into the book when their modules are loaded.
MODULES = (everyday, money_stories, parcel_stories, return_stories, trouble_stories, underway_stories)

if __name__ == "__main__":
    for line in bulk_lines():
        print(line)
