"""Reports of measurements, in the form from which the performance page is made."""

import datetime
import json


def add_options(parser):
    """Adds the options that name the machine's report and the file to write."""
    parser.add_argument("--machine", required=True, help="a report of waybill-load, whose machine this is")
    parser.add_argument("--json", required=True, help="a file for the figures")
    parser.add_argument("--note", action="append", default=[], help="a sentence beneath the figures")


def figure(subject, name, unit, runs):
    """One figure of the report: the values of all runs, of which the page shows the median."""
    return {"subject": subject, "name": name, "unit": unit, "runs": list(runs)}


def write(options, scenario, summary, command, figures, selections):
    """Writes the report.

    - command: the options with which `Scripts/lib/bench_SCENARIO.py` was run.
    - selections: the tables of the page, each a title with the names of its figures.
    """
    with open(options.machine, encoding="utf-8") as file:
        machine = json.load(file)["machine"]
    report = {
        "scenario": scenario,
        "summary": summary,
        "machine": machine,
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
        "program": f"Scripts/lib/bench_{scenario}.py",
        "command": command,
        "figures": figures,
        "charts": [],
        "notes": options.note,
        "selections": [{"title": title, "names": list(names), "isUpright": False} for title, names in selections],
    }
    with open(options.json, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=2, sort_keys=True, ensure_ascii=False)
