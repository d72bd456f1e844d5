"""compose.yaml, beyond its schema: hardening, limits, secrets, settings."""

import pathlib
import re
import sys

import yaml

import environment
import project
from complaints import Complaints

FOLDER = project.ROOT / "deploy/compose"
SERVICES = {f"attune-{name}": name for name in ("ingestion", "scoring", "alerting", "notification", "audit", "portal")}
# Their images write next to their programs.
WRITES = {"kafka"}


def secrets_of(service):
    return {secret if isinstance(secret, str) else secret["source"] for secret in service.get("secrets", [])}


def files_made():
    """What prepare.sh writes, and what `attune keys` does, which it calls."""
    script = (FOLDER / "prepare.sh").read_text()
    names = re.search(r"for name in ([a-z ]+); do", script)[1].split()
    made = {f"password-{name}" for name in names} | {f"database-url-{name}" for name in names if name != "grafana"}
    keys = (project.ROOT / "Services/Operator/Keys/KeysMakeCommand.swift").read_text()
    made |= set(re.findall(r"([a-z-]+\.(?:json|key|pub))", keys)) | {"content.keys", "contact.keys"}
    return made | set(re.findall(r"keep ([a-z-]+)$", script, re.M))


def main(programs):
    complaints = Complaints("Compose")
    content = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    services = content["services"]
    for program, name in SERVICES.items():
        complaints.expect(services.get(name, {}).get("build", {}).get("target") == program, name, f"does not run {program}")
        complaints.expect(services.get(name, {}).get("healthcheck"), name, "has no health check")
    for name, service in services.items():
        complaints.expect(service.get("read_only") or name in WRITES, name, "its root can be written")
        complaints.expect(service.get("cap_drop") == ["ALL"], name, "keeps capabilities")
        complaints.expect("no-new-privileges:true" in service.get("security_opt", []), name, "may gain privileges")
        complaints.expect(service.get("restart"), name, "does not say whether it is restarted")
        limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
        complaints.expect({"cpus", "memory"} <= set(limits), name, "has no limits")
        complaints.expect(re.search(r":[\w.${}:-]*\d", service["image"]), name, "its image has no version")
        for port in service.get("ports", []):
            complaints.expect(port.startswith("127.0.0.1:"), name, f"{port} is open to others than this machine")
        # Without a value: taken from .env where it stands there.
        variables = {key: value for key, value in service.get("environment", {}).items() if value is not None}
        program = next((program for program, own in SERVICES.items() if own == name), "attune")
        environment.check(name, variables, program, programs, complaints)
        used = secrets_of(service)
        names = {secret if isinstance(secret, str) else secret["target"] for secret in service.get("secrets", [])}
        for variable, value in variables.items():
            if str(value).startswith("/run/secrets/"):
                secret = value.removeprefix("/run/secrets/")
                complaints.expect(secret in names, name, f"{variable} names {secret}, which is not mounted")
        for secret in used:
            complaints.expect(secret in content["secrets"], name, f"secret {secret} is not declared")
        urls = {secret for secret in used if secret.startswith("database-url-")}
        own_url = {"migrate": "owner", "attune": "operator"}.get(name, name)
        complaints.expect(urls <= {f"database-url-{own_url}"}, name, f"has the database login of somebody else: {urls}")
    made = files_made()
    for secret, where in content["secrets"].items():
        complaints.expect(where["file"] == f"secrets/{secret}", secret, "lies elsewhere")
        complaints.expect(secret in made, secret, "is not made by prepare.sh")
    for private in ("deploy/compose/secrets/", "deploy/compose/.env"):
        is_kept_out = private in (project.ROOT / ".gitignore").read_text().splitlines()
        complaints.expect(is_kept_out, private, "is not kept out of the repository")
    roles = set(re.findall(r"password-(\w+)", " ".join(secrets_of(services["passwords"]))))
    logins = set(SERVICES.values()) | {"operator"}
    complaints.expect(roles == logins, "passwords", f"are set for {sorted(roles)}, not for {sorted(logins)}")
    complaints.end(f"{len(services)} services hardened and limited, {len(content['secrets'])} secrets as files")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None)
