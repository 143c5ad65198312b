"""The monitoring of a service: the alerts are tried by promtool, and the dashboard asks for metrics that exist."""

import json
import re

import yaml

from support.deployment import DEPLOY, command, program
from support.pages import page

ALERTS = DEPLOY / "prometheus/alerts.yml"
TRIALS = DEPLOY / "prometheus/alerts_test.yml"
DASHBOARD = DEPLOY / "grafana/dashboards/waybill.json"
# Metrics that Prometheus makes by itself.
OWN = {"up", "ALERTS"}


def documented():
    """The names that docs/metrics.md has; those of histograms as Prometheus sees them too."""
    kinds = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", page("docs/metrics.md"), re.M))
    parts = {
        name + part for name, kind in kinds.items() if kind == "histogram" for part in ("_bucket", "_sum", "_count")
    }
    return (kinds.keys() | parts | OWN) - {name for name, kind in kinds.items() if kind == "histogram"}


def named(expression):
    """The metrics that an expression reads, without what stands in quotes and in lists of labels."""
    bare = re.sub(r"\b(by|on|without|ignoring)\s*\([^)]*\)", "", re.sub(r'"[^"]*"', "", expression))
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", bare)
    return set(re.findall(r"\b(?:(?:waybill|process)_\w+|up\b|ALERTS\b)", bare))


def labels_of(expression):
    """Each metric of an expression with the labels by which it is chosen."""
    for name, chosen in re.findall(r"\b((?:waybill|process)_\w+)\{([^}]*)\}", expression):
        yield from ((name, label, value) for label, value in re.findall(r'(\w+)\s*(?:=|!=|=~|!~)\s*"([^"]*)"', chosen))


def all_rules():
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def promtool_tries(trials, folder):
    """Runs each trial with its rule alone: all rules for each trial would take half a minute. Returns what is wrong."""
    rules, files = {rule["alert"]: rule for rule in all_rules()}, []
    for trial in trials:
        name = trial["name"]
        group = {"groups": [{"name": name, "rules": [rules[name]]}]}
        (folder / f"{name}.yml").write_text(yaml.safe_dump(group))
        whole = {"rule_files": [f"{name}.yml"], "evaluation_interval": "15s", "tests": [trial]}
        (folder / f"{name}_test.yml").write_text(yaml.safe_dump(whole))
        files.append(str(folder / f"{name}_test.yml"))
    status, said = command(program("promtool"), "test", "rules", *files)
    return None if status == 0 and said.count("SUCCESS") == len(trials) else said[-3000:]


def test_each_alert_fires_and_does_not_fire(check, tmp_path):
    rules = all_rules()
    settings = yaml.safe_load(TRIALS.read_text())
    trials = {trial["name"]: trial["alert_rule_test"] for trial in settings["tests"]}
    check("a trial for each alert", sorted(trials) == sorted(rule["alert"] for rule in rules), trials.keys())
    for rule in rules:
        steps = trials[rule["alert"]]
        check(
            f"{rule['alert']}: tried by its own name", {step["alertname"] for step in steps} == {rule["alert"]}, steps
        )
        fires = ["exp_alerts" in step for step in steps]
        check(f"{rule['alert']}: quiet, then fires", fires == sorted(fires) and {True, False} == set(fires), fires)
        check(f"{rule['alert']}: quiet while it is pending", "for" not in rule or fires.count(False) > 1, fires)
        check(f"{rule['alert']}: says what is wrong", rule["annotations"].get("summary"), rule)
    head = settings["rule_files"], settings["evaluation_interval"]
    check("the trials are those of the rules beside them", head == ([ALERTS.name], "15s"), head)
    wrong = promtool_tries(settings["tests"], tmp_path)
    check("promtool finds each alert as expected", wrong is None, wrong)


def test_a_healthy_cluster_hides_no_alert_of_another(check, tmp_path):
    """Each trial again for the cluster "eu", beside the same processes of "us" that go on as before the trouble."""
    trials = yaml.safe_load(TRIALS.read_text())["tests"]
    for trial in trials:
        series = [one for one in trial["input_series"] if "cluster=" not in one["series"]]
        troubled = [{**one, "series": in_cluster(one["series"], "eu")} for one in series]
        # A single run of values has no time before the trouble.
        healthy = [
            {"series": in_cluster(one["series"], "us"), "values": re.sub(r"x20 .*", "x140", one["values"])}
            for one in series
            if " " in one["values"]
        ]
        trial["input_series"] = troubled + healthy
        for step in trial["alert_rule_test"]:
            expected = [one for one in step.get("exp_alerts", []) if "cluster" not in one["exp_labels"]]
            step["exp_alerts"] = [{**one, "exp_labels": {**one["exp_labels"], "cluster": "eu"}} for one in expected]
    wrong = promtool_tries(trials, tmp_path)
    check("each alert fires for its own cluster alone", wrong is None, wrong)


def in_cluster(series, name):
    """A series as the scrape of a cluster labels it."""
    metric, _, labels = series.partition("{")
    return f'{metric}{{cluster="{name}",{labels or "}"}'


def test_dashboard_reads_metrics_that_exist(check, tmp_path):
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    check(
        "panels have numbers of their own",
        len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"]),
    )
    known = documented()
    rules = []
    for panel in panels:
        title = panel["title"]
        check(f"{title}: of the chosen data source", panel["datasource"]["uid"] == "${datasource}", panel["datasource"])
        for target in panel["targets"]:
            expression = target["expr"]
            unknown = named(expression) - known
            check(f"{title}: metrics", named(expression) and not unknown, unknown)
            is_chosen = "$job" in expression or "ALERTS" in expression
            check(f"{title}: of the chosen job", is_chosen, expression)
            filled = re.sub(r"\$__rate_interval", "1m", expression)
            rules.append({"record": f"panel:{len(rules)}", "expr": filled})
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    status, said = command(program("promtool"), "check", "rules", str(file))
    check("Prometheus takes every expression", status == 0 and f"{len(rules)} rules" in said, said)


def test_dashboard_shows_every_alert_s_metric(check):
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    shown = {
        name for panel in dashboard["panels"] for target in panel.get("targets", []) for name in named(target["expr"])
    }
    for group in yaml.safe_load(ALERTS.read_text())["groups"]:
        for rule in group["rules"]:
            missing = named(rule["expr"]) - shown
            check(f"{rule['alert']}: its metrics are on the dashboard", not missing, missing)


def test_panels_do_not_overlap(check):
    taken = {}
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        place = panel["gridPos"]
        check(f"{panel['title']}: fits the width", place["x"] + place["w"] <= 24, place)
        cells = [
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        ]
        twice = [taken[cell] for cell in cells if cell in taken]
        check(f"{panel['title']}: has its place alone", not twice, twice[:1])
        taken.update(dict.fromkeys(cells, panel["title"]))


def test_labels_have_the_values_that_are_documented(check):
    rows = re.findall(r"^\| `(\w+)` \| \w+ \| (.*?) \|", page("docs/metrics.md"), re.M)
    values = {
        name: {label: set(re.findall(r"`([^`]*)`", listed)) for label, listed in re.findall(r"`(\w+)`: ([^;]*)", text)}
        for name, text in rows
    }
    expressions = [rule["expr"] for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        expressions += [target["expr"] for target in panel.get("targets", [])]
    for expression in expressions:
        for name, label, value in labels_of(expression):
            if label in ("job", "instance", "part", "cluster"):
                continue
            known = values.get(re.sub(r"_(bucket|sum|count)$", "", name), {})
            strange = set(value.split("|")) - known.get(label, set())
            check(f"{name}: values of {label}", not strange, strange)
