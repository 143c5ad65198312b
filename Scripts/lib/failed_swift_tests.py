"""Prints a pattern, for `swift test --filter`, of each test that failed in a report of Swift Testing in JUnit's XML."""

import re
import sys
import xml.etree.ElementTree

for case in xml.etree.ElementTree.parse(sys.argv[1]).iter("testcase"):
    if case.find("failure") is not None:
        name = case.get("name").partition("(")[0]
        print(f"{re.escape(case.get('classname'))}/{re.escape(name)}\\(")
