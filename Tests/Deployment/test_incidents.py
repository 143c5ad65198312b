"""The alerts of docs/incidents.md: Prometheus takes their expressions, whose metrics are those of docs/metrics.md."""

import re
from dataclasses import dataclass

import pytest
import yaml

from support.deployment import DEPLOY, command, program
from support.pages import page, section

RULES = DEPLOY / "prometheus/alerts.yml"
# Metrics that Prometheus makes by itself.
OWN = {"up"}
# Metrics of several processes: where the page of metrics has none of a family, the binary is from before it.
FAMILIES = ("waybill_leader", "waybill_relay_", "waybill_edge_", "waybill_durable_")


@dataclass(frozen=True)
class Alert:
    name: str
    severity: str
    wait: str
    expression: str
    text: str


def alerts():
    section = r"^### (Waybill\w+)\n\n`(\w+)`, for `(\w+)`\n\n```promql\n(.*?)```\n(.*?)(?=^##|\Z)"
    return [
        Alert(name, severity, wait, " ".join(expression.split()), text)
        for name, severity, wait, expression, text in re.findall(section, page("docs/incidents.md"), re.M | re.S)
    ]


def test_each_alert_says_what_it_means_and_what_to_do(check):
    found = alerts()
    headings = re.findall(r"^### (.*)$", page("docs/incidents.md"), re.M)
    check("every heading of the third level is an alert", headings == [alert.name for alert in found], headings)
    check("each once", len(set(headings)) == len(headings))
    for alert in found:
        parts = re.findall(r"^- \*\*(.*?):\*\* \S", alert.text, re.M)
        check(f"{alert.name}: means, look at, do", parts == ["Means", "Look at", "Do"], parts)
        check(f"{alert.name}: severity", alert.severity in ("critical", "warning"), alert.severity)


def test_expressions_are_of_metrics_that_exist(check):
    known = set(re.findall(r"^\| `(\w+)` \|", page("docs/metrics.md"), re.M)) | OWN
    coming = tuple(family for family in FAMILIES if not any(name.startswith(family) for name in known))
    for alert in alerts():
        named = re.findall(r"\b(?:waybill|process)_\w+|\bup\b", re.sub(r'"[^"]*"', "", alert.expression))
        unknown = [name for name in named if re.sub(r"_(bucket|sum|count)$", "", name) not in known]
        unknown = [name for name in unknown if not name.startswith(coming)]
        check(f"{alert.name}: metrics", named and not unknown, unknown)


def test_prometheus_takes_the_expressions(check, tmp_path):
    rules = [{"alert": alert.name, "expr": alert.expression, "for": alert.wait} for alert in alerts()]
    file = tmp_path / "alerts.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "waybill", "rules": rules}]}))
    status, said = command(program("promtool"), "check", "rules", str(file))
    check("promtool finds nothing", status == 0 and f"{len(rules)} rules" in said, said)


@pytest.mark.skipif(not RULES.exists(), reason="deploy/prometheus/alerts.yml is not there")
def test_rules_are_those_of_the_page(check):
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    rules = {rule["alert"]: rule for group in groups for rule in group["rules"] if "alert" in rule}
    wanted = {alert.name: alert for alert in alerts()}
    check("the page has a section for each rule, and no other", set(rules) == set(wanted), set(rules) ^ set(wanted))
    for name in sorted(set(rules) & set(wanted)):
        rule, alert = rules[name], wanted[name]
        found = " ".join(rule["expr"].split()), rule.get("for", "0m"), rule["labels"]["severity"]
        check(f"{name}: expression, time, severity", found == (alert.expression, alert.wait, alert.severity), found)
        link = rule["annotations"]["runbook_url"]
        check(f"{name}: leads to its section", link.endswith(f"docs/incidents.md#{name.lower()}"), link)


def test_page_explains_every_reason_of_readyz(check):
    row = re.search(r"^\| `waybill_unready` \|.*$", page("docs/metrics.md"), re.M)[0]
    reasons = set(re.findall(r"`(\w+)`", row.partition("`reason`:")[2]))
    table = section(page("docs/incidents.md"), "The reasons of /readyz")
    named = re.findall(r"^\| `(\w+)` \|", table, re.M)
    check("each reason has its line", set(named) == reasons and len(named) == len(reasons), reasons ^ set(named))
    for alert in alerts():
        for values in re.findall(r'waybill_unready\{reason=~?"([^"]*)"', alert.expression):
            check(f"{alert.name}: its reasons are there", set(values.split("|")) <= reasons, values)
