"""Rules, their tests, dashboards, KEDA's queries and runbooks, held against the metrics and topics of the code."""

import json
import re

import yaml

import project
from complaints import Complaints

FOLDER = project.ROOT / "deploy/observability"
# What Prometheus itself and the usual exporters give, with the labels that are used here.
FOREIGN = {
    "up": set(),
    "node_filesystem_avail_bytes": {"mountpoint", "fstype"},
    "node_filesystem_size_bytes": {"mountpoint", "fstype"},
    "kube_pod_status_ready": {"namespace", "pod", "condition"},
    "kube_job_failed": {"namespace", "job_name", "condition"},
}
# Every series has them from its target.
TARGET = {"job", "instance"}
KEYWORDS = {
    "and", "or", "unless", "on", "by", "without", "ignoring", "group_left", "group_right", "offset", "bool", "inf", "nan"
}
SUFFIXES = {"_bucket": {"le"}, "_sum": set(), "_count": set()}


def uses(expression):
    """(metric, labels that are asked of it) for each selector, and the labels that the expression groups by."""
    text = re.sub(r"\$\w+", "x", expression)
    grouped = set()
    for words in re.findall(r"\b(?:by|on|without|ignoring)\s*\(([^)]*)\)", text):
        grouped |= {word.strip() for word in words.split(",") if word.strip()}
    text = re.sub(r"\b(?:by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)", " ", text)
    selectors = []
    # A name that no parenthesis follows is no function; one that stands within braces is a label.
    for name, matchers in re.findall(r"(?<![\w:])([a-zA-Z_:][\w:]*)(?![\w:]|\s*\()\s*(\{[^}]*\})?", _without_strings(text)):
        if name not in KEYWORDS:
            selectors.append((name, set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))))
    return selectors, grouped


def _without_strings(text):
    """Nor ranges, which hold names of times."""
    text = re.sub(r'"[^"]*"', '""', text)
    return re.sub(r"\[[^\]]*\]|offset \w+", " ", text)


class Known:
    """Metrics of the code, of others, and those that rules record."""

    def __init__(self, recorded):
        self.metrics = project.metrics()
        # A recorded series has what its expression groups by.
        self.recorded = recorded

    def labels(self, name):
        """The labels that a series may have; nil where there is no such metric."""
        if name in self.recorded:
            return self.recorded[name]
        if name in FOREIGN:
            return FOREIGN[name] | TARGET
        if name in self.metrics and self.metrics[name].kind != "histogram":
            return self.metrics[name].labels | TARGET
        for suffix, more in SUFFIXES.items():
            base = self.metrics.get(name.removesuffix(suffix))
            if name.endswith(suffix) and base and base.kind == "histogram":
                return base.labels | more | TARGET
        return None

    def check(self, where, expression, complaints):
        selectors, grouped = uses(expression)
        complaints.expect(selectors, where, f"asks for no metric: {expression}")
        possible = set()
        for name, asked in selectors:
            labels = self.labels(name)
            if labels is None:
                complaints.add(where, f"there is no metric {name}")
                return
            possible |= labels
            complaints.expect(asked <= labels, where, f"{name} has no label {', '.join(sorted(asked - labels))}")
            is_counter = name in self.metrics and self.metrics[name].kind == "counter"
            if is_counter and not re.search(rf"(rate|increase)\(\s*{name}|{name}[^)]*unless", expression, re.S):
                complaints.add(where, f"{name} is a counter: only its increase says something")
        complaints.expect(grouped <= possible, where, f"groups by {', '.join(sorted(grouped - possible))}, which is no label")
        for topic in re.findall(r"attune\.[a-z.-]+v\d", expression):
            complaints.expect(topic in project.topics(), where, f"there is no topic {topic}")


def rules():
    for file in sorted((FOLDER / "rules").glob("*.yaml")):
        for group in yaml.safe_load(file.read_text())["groups"]:
            for rule in group["rules"]:
                yield f"{file.name} {rule.get('alert') or rule['record']}", rule


def order(complaints):
    """Groups are evaluated in any order, a group from top to bottom: figures stand before what looks at them."""
    for file in sorted((FOLDER / "rules").glob("*.yaml")):
        for group in yaml.safe_load(file.read_text())["groups"]:
            above = set()
            for rule in group["rules"]:
                for name, _ in uses(rule["expr"])[0]:
                    complaints.expect(
                        ":" not in name or name in above, f"{file.name} {rule.get('alert') or rule['record']}",
                        f"looks at {name}, which is not recorded above it in its group")
                above.add(rule.get("record"))


def tests():
    """For each alert, at how many times it is expected to speak and to be silent."""
    found = {}
    for file in sorted((FOLDER / "tests").glob("*.yaml")):
        for test in yaml.safe_load(file.read_text())["tests"]:
            for look in test.get("alert_rule_test", []):
                counts = found.setdefault(look["alertname"], [0, 0])
                counts[0 if look.get("exp_alerts") else 1] += 1
    return found


def queries():
    """(where, expression) of every panel and every scaler."""
    for file in sorted((FOLDER / "grafana/dashboards").glob("*.json")):
        board = json.loads(file.read_text())
        for variable in board["templating"]["list"]:
            yield f"{file.name} ${variable['name']}", re.sub(r"label_values\((.*), \w+\)", r"\1", variable["query"])
        for panel in board["panels"]:
            for target in panel["targets"]:
                yield f"{file.name} {panel['title']}", target["expr"]
    for file in sorted((project.ROOT / "deploy/kubernetes").rglob("*.yaml")):
        for document in yaml.safe_load_all(file.read_text()):
            if isinstance(document, dict) and document.get("kind") == "ScaledObject":
                for trigger in document["spec"]["triggers"]:
                    yield f"{file.name} {trigger['name']}", trigger["metadata"]["query"]


def boards(complaints):
    """Panels have ids of their own, and do not lie on one another."""
    count = 0
    for file in sorted((FOLDER / "grafana/dashboards").glob("*.json")):
        board = json.loads(file.read_text())
        count += 1
        complaints.expect(board["uid"] == file.stem, file.name, "is not called after its uid")
        ids = [panel["id"] for panel in board["panels"]]
        complaints.expect(len(ids) == len(set(ids)), file.name, "two panels have one id")
        taken = {}
        for panel in board["panels"]:
            place = panel["gridPos"]
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    other = taken.setdefault((x, y), panel["title"])
                    complaints.expect(other == panel["title"] and x < 24, file.name, f"{panel['title']} lies on {other}")
    return count


def alert(where, rule, tested, complaints):
    notes = rule.get("annotations", {})
    complaints.expect(rule.get("labels", {}).get("severity") in ("critical", "warning"), where, "has no severity")
    complaints.expect(notes.get("summary"), where, "has no summary")
    runbook = notes.get("runbook", "")
    complaints.expect(
        runbook.startswith("docs/runbooks/") and runbook.removeprefix("docs/runbooks/") in project.runbooks(),
        where, f"names no runbook that there is: {runbook!r}")
    speaks, silent = tested.get(rule["alert"], [0, 0])
    complaints.expect(speaks, where, "no test sees it speak")
    complaints.expect(silent, where, "no test sees it silent")
    return runbook.removeprefix("docs/runbooks/")


def jobs(complaints):
    """Every program is scraped, and missed when it is gone."""
    wanted = project.executables() - {"attune"}
    scraped = {job["job_name"] for job in yaml.safe_load((FOLDER / "prometheus.yaml").read_text())["scrape_configs"]}
    complaints.expect({job for job in scraped if job.startswith("attune-")} == wanted, "prometheus.yaml", "not every program")
    absent = next(rule["expr"] for _, rule in rules() if rule.get("alert") == "AttuneServiceAbsent")
    missed = set(re.findall(r'absent\(up\{job="([a-z-]+)"\}\)', absent))
    complaints.expect(missed == wanted, "AttuneServiceAbsent", f"does not miss {sorted(wanted - missed)}")


def main():
    complaints = Complaints("Observability")
    recorded = {rule["record"]: uses(rule["expr"])[1] for _, rule in rules() if "record" in rule}
    known = Known(recorded)
    tested, named, alerts = tests(), set(), set()
    for where, rule in rules():
        known.check(where, rule["expr"], complaints)
        if "alert" in rule:
            complaints.expect(rule["alert"] not in alerts, where, "is there twice")
            alerts.add(rule["alert"])
            named.add(alert(where, rule, tested, complaints))
    for missing in sorted(set(tested) - alerts):
        complaints.add(missing, "is tested, and is no alert")
    for runbook in sorted(project.runbooks() - named):
        complaints.add(f"docs/runbooks/{runbook}", "no alert names it")
    for name in sorted(alerts):
        places = [book for book in project.runbooks() if name in (project.ROOT / "docs/runbooks" / book).read_text()]
        complaints.expect(len(places) == 1, name, f"stands in {len(places)} runbooks, not in one")
    order(complaints)
    jobs(complaints)
    asked = 0
    for where, expression in queries():
        known.check(where, expression, complaints)
        asked += 1
    complaints.end(
        f"{len(alerts)} alerts and {len(recorded)} recorded figures rest on metrics that exist, each alert tested and with "
        f"one of {len(named)} runbooks; {asked} queries of {boards(complaints)} dashboards and of the scaler")


if __name__ == "__main__":
    main()
