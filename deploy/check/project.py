"""Facts about the project, read from its Swift sources, so that deployment files are held against the code itself."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Not deployed: the broker that lives in memory is for one machine and for tests; fuzzing is for developers.
LOCAL_ONLY = {"attune-local-kafka", "attune-fuzz"}


def _sources():
    for folder in ("Shared", "Services"):
        yield from sorted((ROOT / folder).rglob("*.swift"))


def _argument_list(text, start):
    """The text between the parenthesis at `start` and the one that closes it."""
    depth = 0
    in_string = False
    for index in range(start, len(text)):
        character = text[index]
        if character == '"' and text[index - 1] != "\\":
            in_string = not in_string
        elif not in_string and character == "(":
            depth += 1
        elif not in_string and character == ")":
            depth -= 1
            if depth == 0:
                return text[start + 1 : index]
    raise ValueError("a parenthesis is not closed")


def executables():
    """The programs of Package.swift that are deployed."""
    manifest = (ROOT / "Package.swift").read_text()
    found = set(re.findall(r'executable: "([a-z-]+)"', manifest))
    found |= set(re.findall(r'executableTarget\(\s*name: "([a-z-]+)"', manifest))
    return found - LOCAL_ONLY


def settings():
    """Names of environment variables, each with whether it is a secret (NAME_FILE then names a file)."""
    found = {}
    for file in _sources():
        text = file.read_text()
        for match in re.finditer(r'Setting(?:<[^>]*>)?\.\w+\(\s*"(ATTUNE_[A-Z_]+)"', text):
            arguments = _argument_list(text, text.index("(", match.start()))
            found[match[1]] = found.get(match[1], False) or "secret: true" in arguments
    return found


def known_variables():
    """Every variable that some program reads."""
    return {name for name in settings()} | {f"{name}_FILE" for name, secret in settings().items() if secret}


def variables_of(program, programs):
    """What one program reads, by its own help page."""
    page = subprocess.run([programs / program, "--help"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^ *(ATTUNE_[A-Z_]+)  \(", page, re.M)) | set(re.findall(r"(ATTUNE_[A-Z_]+_FILE) may\s", page))


def topics():
    """Topic names with their partitions."""
    text = (ROOT / "Shared/Contracts/Topic.swift").read_text()
    names = dict(re.findall(r'case (\w+) = "(attune\.[^"]+)"', text))
    partitions = re.findall(r"case \.(\w+):\s*log\(topic, partitions: (\d+)", text)
    return {names[case]: int(count) for case, count in partitions}


def shutdown_seconds():
    """The services' own limit for an orderly stop, and the second that is granted beyond it."""
    text = (ROOT / "Shared/ServiceKit/Settings/CommonSettings.swift").read_text()
    return int(re.search(r'"ATTUNE_SHUTDOWN_LIMIT".*?default: "(\d+)s"', text, re.S)[1]) + 1


class Metric:
    """A metric of the code: counter, gauge or histogram, and the labels that it may have."""

    def __init__(self, name, kind, labels):
        self.name, self.kind, self.labels = name, kind, set(labels)


def metrics():
    """All metrics by name. Labels are looked for in the call that makes the metric and, where that names a variable or a
    helper function of the same file, in the file."""
    found = {}
    for file in _sources():
        text = file.read_text()
        if "attune_" not in text and "Exposition.sample" not in text:
            continue
        for match in re.finditer(r'(\w+)\(\s*(?:label: )?"((?:attune|process)_[a-z_]+)"', text):
            if match[1] in ("MetricDescription", "describe"):
                continue
            arguments = _argument_list(text, text.index("(", match.start(1)))
            kind = _kind(match[1], arguments)
            if kind is None:
                continue
            labels = _labels(arguments)
            if re.search(r"dimensions: labels|, lane\)?$", arguments.strip()):
                labels |= _labels(text)
            metric = found.setdefault(match[2], Metric(match[2], kind, labels))
            metric.labels |= labels
    return found


def _labels(text):
    pairs = re.findall(r'\("([a-z_]+)",|Label\(name: "([a-z_]+)"', text)
    return {name for pair in pairs for name in pair if name and not name.startswith("attune_")}


def _kind(constructor, arguments):
    if constructor in ("Counter", "counter"):
        return "counter"
    if constructor in ("Gauge", "gauge", "Meter"):
        return "gauge"
    if constructor == "Timer":
        return "histogram"
    if constructor == "Recorder":
        return "histogram" if "aggregate: true" in arguments else "gauge"
    if constructor in ("header", "sample"):
        return "counter" if "_total" in arguments else "gauge"
    return None


def runbooks():
    """The runbooks that there are, by file name."""
    return {file.name for file in (ROOT / "docs/runbooks").glob("*.md")} - {"README.md"}
