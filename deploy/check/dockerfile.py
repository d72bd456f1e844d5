"""The Dockerfile: what a linter does not know of Attune."""

import pathlib
import re
import subprocess
import sys

import dockerfile_parse

import project
from complaints import Complaints

FOLDER = project.ROOT / "deploy/docker"
# Where the libraries of a program come from. What every Debian has: the C library and the runtime of C++ (apt needs it).
PACKAGES = {"librdkafka.so.1": "librdkafka1", "libpq.so.5": "libpq5", "libcurl.so.4": "libcurl4"}
EVERYWHERE = {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}


def stages(parser):
    """Instructions by stage; those before the first FROM under ''."""
    found, name = {"": []}, ""
    for step in parser.structure:
        if step["instruction"] == "FROM":
            words = step["value"].split()
            name = words[2] if len(words) == 3 else words[0]
            found[name] = []
        found[name].append((step["instruction"], step["value"]))
    return found


def needed(program):
    """Shared libraries that a built program names, but for Swift's own, which a static build has inside."""
    section = subprocess.run(["readelf", "--dynamic", program], capture_output=True, text=True, check=True).stdout
    own = re.compile(r"lib(swift|_?Foundation|dispatch|BlocksRuntime)")
    return {name for name in re.findall(r"NEEDED.*\[(.+)\]", section) if not own.match(name)}


def main(programs):
    complaints = Complaints("Dockerfile")
    with open(FOLDER / "Dockerfile", "rb") as file:
        steps = stages(dockerfile_parse.DockerfileParser(fileobj=file))
    defaults = dict(value.split("=", 1) for kind, value in steps[""] if kind == "ARG")
    for stage, instructions in steps.items():
        for kind, value in instructions:
            if kind == "FROM":
                image = re.sub(r"\$\{(\w+)\}", lambda match: defaults[match[1]], value.split()[0])
                is_pinned = image in steps or re.search(r"(:(?!latest)[\w.-]+|@sha256:[0-9a-f]{64})$", image)
                complaints.expect(is_pinned, stage, f"{image} names no version")
            if kind == "ADD":
                complaints.add(stage, "ADD takes archives apart and fetches addresses; use COPY")
            if kind in ("ENV", "ARG") and re.search(r"(PASSWORD|SECRET|TOKEN|KEY)\w*\s*=", value):
                complaints.add(stage, f"{kind} {value.split('=')[0]} looks like a secret")
    complaints.expect(
        len({re.search(r"[:-](bookworm|trixie)", image)[1] for image in defaults.values()}) == 1,
        "bases", "are of two releases of Debian")
    install = (project.ROOT / "deploy/local/install.sh").read_text()
    wanted = ".".join(re.search(rf"swift_{part}=(\d+)", install)[1] for part in ("major", "minor"))
    complaints.expect(f"swift:{wanted}" in defaults["BUILD_BASE"], "build", f"is not made with Swift {wanted}, as install.sh says")
    runtime = steps["runtime"]
    user = [value for kind, value in runtime if kind == "USER"]
    complaints.expect(user and re.fullmatch(r"[1-9]\d*:[1-9]\d*", user[-1]), "runtime", "USER is not a number other than 0")
    for program in project.executables():
        own = steps.get(program)
        if own is None:
            complaints.add(program, "has no image")
            continue
        complaints.expect(own[0][1] == f"runtime AS {program}", program, "is not built on the stage runtime")
        complaints.expect(("ENTRYPOINT", f'["/usr/local/bin/{program}"]') in own, program, "is not what its image runs")
        complaints.expect(not [1 for kind, _ in own if kind == "USER"], program, "changes the user")
        built = " ".join(value for kind, value in steps["build"] if kind == "RUN")
        complaints.expect(re.search(rf"[ ;]{program}[ ;]", built), program, "is not built")
    installed = " ".join(value for kind, value in runtime if kind == "RUN")
    looked_at = 0
    for program in sorted(project.executables()) if programs else []:
        looked_at += 1
        for library in needed(programs / program) - EVERYWHERE:
            package = PACKAGES.get(library)
            complaints.expect(package and f" {package} " in installed, program, f"needs {library}, which no package brings")
    complaints.end(
        f"{len(project.executables())} images, pinned bases, a numbered user, no secrets"
        + (f"; libraries of {looked_at} built programs are there" if looked_at else ""))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None)
