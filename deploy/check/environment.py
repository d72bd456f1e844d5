"""Rules about the environment of a container, the same for Compose and Kubernetes."""

import re
import subprocess
import tempfile

import project

# A value that would be one: names that carry a secret must end in _FILE.
SECRET_NAME = re.compile(r"(PASSWORD|SECRET|CREDENTIAL|PRIVATE|_TOKEN$)")


def check(where, variables, program, programs, complaints):
    """`variables` by name; the value is None where it is taken from elsewhere."""
    known = project.known_variables()
    secrets = {name for name, is_secret in project.settings().items() if is_secret}
    own = project.variables_of(program, programs) if programs and program in project.executables() - {"attune"} else None
    for name, value in variables.items():
        if name in secrets or (SECRET_NAME.search(name) and not name.endswith("_FILE")):
            complaints.add(where, f"{name} is a secret and stands in the environment; give {name}_FILE")
        if re.search(r"://[^/\s]*:[^/\s]*@", str(value or "")):
            complaints.add(where, f"{name} holds a URL with a password")
        if name.startswith("ATTUNE_"):
            complaints.expect(name in known, where, f"{name} is no setting of any program")
            complaints.expect(own is None or name in own, where, f"{name} is no setting of {program}")
    if own is not None:
        _ask(where, variables, program, programs, secrets, complaints)


def _ask(where, variables, program, programs, secrets, complaints):
    """Has the program itself read the values."""
    with tempfile.NamedTemporaryFile(mode="w") as file:
        file.write("for the check alone")
        file.flush()
        given = {}
        for name, value in variables.items():
            # What Compose puts in by default, and what a platform would.
            text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str("name-0" if value is None else value))
            given[name] = file.name if name.removesuffix("_FILE") in secrets else text
        answer = subprocess.run([programs / program, "--check-config"], env=given, capture_output=True, text=True)
    complaints.expect(answer.returncode == 0, where, f"{program} refuses: {answer.stderr.strip()}")
