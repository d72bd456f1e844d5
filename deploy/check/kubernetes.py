"""The overlays as kustomize resolves them: valid, hardened, complete, and in step with the code."""

import json
import pathlib
import re
import sys

import jsonschema
import kubernetes_validate

import environment
import kustomized
import project
from complaints import Complaints

FOLDER = project.ROOT / "deploy/kubernetes/overlays"
# The oldest version that is meant, and a newer one.
VERSIONS = ["1.31", "1.34"]
NAME = "app.kubernetes.io/name"
# More workers than this gain nothing: the database is the limit.
MOST_SCORING = 8


def pods(documents):
    """(name, kind, document, pod template) of everything that makes pods."""
    for document in documents:
        spec = document.get("spec", {})
        template = spec.get("jobTemplate", {}).get("spec", spec).get("template")
        if template:
            yield document["metadata"]["name"], document["kind"], document, template


def selects(selector, labels):
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    for expression in selector.get("matchExpressions", []):
        is_in = labels.get(expression["key"]) in expression["values"]
        if is_in != (expression["operator"] == "In"):
            return False
    return True


def schema(documents, where, complaints):
    scaled = json.loads((pathlib.Path(__file__).parent / "scaled-object.json").read_text())
    for document in documents:
        name = f"{where} {document['kind']} {document['metadata']['name']}"
        try:
            if document["kind"] == "ScaledObject":
                jsonschema.validate(document, scaled)
                continue
            for version in VERSIONS:
                kubernetes_validate.validate(document, version, strict=True)
        except (jsonschema.ValidationError, kubernetes_validate.ValidationError) as error:
            complaints.add(name, f"{'/'.join(map(str, error.path))}: {error.message}")


def hardening(where, template, complaints):
    pod, container = template["spec"], template["spec"]["containers"][0]
    complaints.expect(len(pod["containers"]) == 1, where, "has more than one container")
    security = pod.get("securityContext", {})
    complaints.expect(security.get("runAsNonRoot") and security.get("runAsUser", 0) > 0, where, "may run as root")
    complaints.expect(security.get("seccompProfile") == {"type": "RuntimeDefault"}, where, "has no seccomp profile")
    complaints.expect(pod.get("automountServiceAccountToken") is False, where, "has a token for the API server")
    complaints.expect(pod.get("serviceAccountName") == "attune", where, "has an account that others may be given rights for")
    own = container.get("securityContext", {})
    complaints.expect(own.get("readOnlyRootFilesystem") is True, where, "its root can be written")
    complaints.expect(own.get("allowPrivilegeEscalation") is False, where, "may gain privileges")
    complaints.expect(own.get("capabilities") == {"drop": ["ALL"]}, where, "keeps capabilities")
    resources = container.get("resources", {})
    complaints.expect({"cpu", "memory"} <= set(resources.get("requests", {})), where, "requests nothing")
    complaints.expect("memory" in resources.get("limits", {}), where, "has no limit of memory")
    complaints.expect(re.search(r"(:(?!latest)[\w.-]+|@sha256:\w{64})$", container["image"]), where, "image without version")


def files(where, template, documents, programs, complaints):
    """Settings exist, secrets are files, and what is mounted is there."""
    pod, container = template["spec"], template["spec"]["containers"][0]
    maps = {d["metadata"]["name"]: d["data"] for d in documents if d["kind"] == "ConfigMap"}
    program = container["image"].rsplit("/", 1)[-1].split(":")[0]
    variables = {}
    for source in container.get("envFrom", []):
        complaints.expect("secretRef" not in source, where, "takes its environment from a secret")
        name = source.get("configMapRef", {}).get("name")
        complaints.expect(name in maps, where, f"there is no ConfigMap {name}")
        variables |= maps.get(name, {})
    for entry in container.get("env", []):
        complaints.expect("secretKeyRef" not in entry.get("valueFrom", {}), where, f"{entry['name']} comes from a secret")
        variables[entry["name"]] = entry.get("value")
    environment.check(where, variables, program, programs, complaints)
    volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
    mounts = {mount["mountPath"]: mount["name"] for mount in container.get("volumeMounts", [])}
    for volume in volumes.values():
        name = volume.get("configMap", {}).get("name")
        complaints.expect(name is None or name in maps, where, f"there is no ConfigMap {name}")
        complaints.expect("secret" not in volume or volume["secret"].get("defaultMode") == 0o440, where, "secret for all to read")
    for name, value in variables.items():
        for folder in ("/run/secrets/attune", "/etc/attune", "/var/lib/attune/checkpoints"):
            complaints.expect(
                not str(value).startswith(folder) or folder in mounts, where, f"{name} names a file that is not mounted")
        if str(value).startswith("/etc/attune/"):
            site = volumes[mounts["/etc/attune"]]["configMap"]["name"] if "/etc/attune" in mounts else None
            complaints.expect(value.rsplit("/", 1)[1] in maps.get(site, {}), where, f"{name}: there is no {value}")


def service(where, kind, document, template, complaints):
    """Probes on the right paths, time to end, pods apart, stable names only where they are stable."""
    pod, container = template["spec"], template["spec"]["containers"][0]
    ready = "/live" if where.endswith("attune-ingestion") else "/ready"
    for probe, path in (("startupProbe", "/live"), ("livenessProbe", "/live"), ("readinessProbe", ready)):
        found = container.get(probe, {})
        complaints.expect(found.get("httpGet") == {"path": path, "port": "http"}, where, f"{probe} does not ask {path}")
        complaints.expect(found.get("timeoutSeconds", 1) > 2, where, f"{probe} is less patient than a check is slow")
    pause = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    grace = pod.get("terminationGracePeriodSeconds", 30)
    complaints.expect(grace > pause + project.shutdown_seconds(), where, "is killed before its own limit of a stop")
    complaints.expect("podAntiAffinity" in pod.get("affinity", {}), where, "pods are not kept apart")
    complaints.expect(pod.get("topologySpreadConstraints"), where, "pods are not spread over zones")
    names = {entry["name"] for entry in container.get("env", [])}
    complaints.expect(
        ("ATTUNE_KAFKA_INSTANCE" in names) == (kind == "StatefulSet"), where, "static membership needs a stable name")


def network(where, documents, complaints):
    labels = {name: template["metadata"]["labels"] for name, _, _, template in pods(documents)}
    policies = [document for document in documents if document["kind"] == "NetworkPolicy"]
    closed = [p for p in policies if p["spec"]["podSelector"] == {} and not {"ingress", "egress"} & set(p["spec"])]
    complaints.expect(
        closed and set(closed[0]["spec"]["policyTypes"]) == {"Ingress", "Egress"}, where, "the network is not closed first")
    for policy in policies:
        chosen = [name for name, own in labels.items() if selects(policy["spec"]["podSelector"], own)]
        complaints.expect(chosen, where, f"policy {policy['metadata']['name']} is for no pod")
    for budget in (d for d in documents if d["kind"] == "PodDisruptionBudget"):
        chosen = [name for name, own in labels.items() if selects(budget["spec"]["selector"], own)]
        complaints.expect(chosen == [budget["metadata"]["name"]], where, f"budget {budget['metadata']['name']} is for {chosen}")
    budgets = {d["metadata"]["name"] for d in documents if d["kind"] == "PodDisruptionBudget"}
    services = {name for name, kind, _, _ in pods(documents) if kind in ("Deployment", "StatefulSet")}
    complaints.expect(services == project.executables() - {"attune"}, where, f"services: {sorted(services)}")
    complaints.expect(budgets == services, where, "not every service has a disruption budget")
    for each in (d for d in documents if d["kind"] == "Service"):
        chosen = [name for name, own in labels.items() if selects({"matchLabels": each["spec"]["selector"]}, own)]
        complaints.expect(chosen == [each["metadata"]["name"]], where, f"Service {each['metadata']['name']} is for {chosen}")


def scaling(where, documents, complaints):
    most = min(MOST_SCORING, project.topics()["attune.episode-events.v1"])
    for document in (d for d in documents if d["kind"] == "ScaledObject"):
        spec = document["spec"]
        complaints.expect(spec["maxReplicaCount"] == most, where, f"maxReplicaCount is not {most}")
        target = next((d for n, k, d, _ in pods(documents) if n == spec["scaleTargetRef"]["name"]), None)
        complaints.expect(target and "replicas" not in target["spec"], where, "KEDA's target has a number of its own")
        complaints.expect(all(t["metricType"] == "Value" for t in spec["triggers"]), where, "seconds are no sum to share out")


def main(kubectl, programs):
    complaints = Complaints("Kubernetes")
    counts = []
    for folder in sorted(FOLDER.iterdir()):
        try:
            documents = kustomized.resolve(folder, kubectl)
        except ValueError as error:
            complaints.add(folder.name, str(error))
            continue
        counts.append(f"{folder.name} {len(documents)}")
        schema(documents, folder.name, complaints)
        network(folder.name, documents, complaints)
        scaling(folder.name, documents, complaints)
        for name, kind, document, template in pods(documents):
            where = f"{folder.name} {name}"
            hardening(where, template, complaints)
            files(where, template, documents, programs, complaints)
            if kind in ("Deployment", "StatefulSet"):
                service(where, kind, document, template, complaints)
    complaints.end(f"objects valid for Kubernetes {' and '.join(VERSIONS)}, hardened, connected ({', '.join(counts)})")


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None)
