"""Rules about the environment of a container, the same for Compose and Kubernetes."""

import re

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
