"""Runbooks and README files: links lead somewhere, commands and their options exist."""

import pathlib
import re
import subprocess
import sys

import project
from complaints import Complaints

OPERATOR = project.ROOT / "Services/Operator"


def pages():
    yield from sorted((project.ROOT / "docs/runbooks").glob("*.md"))
    yield from sorted((project.ROOT / "deploy").rglob("README.md"))
    yield project.ROOT / "docs/operations.md"


def anchors(file):
    """As code hosts make them of headings."""
    for heading in re.findall(r"^#+ (.+)$", file.read_text(), re.M):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def links(page, complaints):
    count = 0
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if re.match(r"https?:", target):
            continue
        count += 1
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        complaints.expect(file.exists(), page.name, f"links to {path}, which is not there")
        if anchor and file.exists():
            complaints.expect(anchor in set(anchors(file)), page.name, f"there is no heading {target}")
    return count


def commands(page):
    """Each `attune …` in code, as words up to whatever ends a command; `-n attune` is the namespace."""
    text = page.read_text()
    blocks = "\n".join(re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)).replace("\\\n", " ")
    blocks = re.findall(r"^ *(?:[A-Z_]+=\S+ )*(attune .*)$", blocks, re.M)
    text = re.sub(r"^```\w+\n.*?^```$", "", text, flags=re.M | re.S)
    code = re.findall(r"`([^`]+)`", text) + [line for line in text.splitlines() if line.startswith("    ")] + blocks
    for piece in code:
        for match in re.finditer(r"(?:^|[\s|])(?<!-n )attune +([a-z][^|#;&]*)", piece):
            yield re.sub(r'"[^"]*"', "TEXT", match[1]).split()


def declared():
    """Names of commands and options in the code of the operator's program."""
    names, options = set(), set()
    for file in OPERATOR.rglob("*.swift"):
        text = file.read_text()
        names |= set(re.findall(r'commandName: "([a-z-]+)"', text))
        names |= {name.lower() for name in re.findall(r"struct (\w+): (?:Async)?ParsableCommand", text)}
        options |= {f"--{name}" for name in re.findall(r'customLong\("([a-z-]+)"', text)}
        for name in re.findall(r"@(?:Option|Flag)[^\n]*(?:\n[^\n]*?)*?\bvar (\w+)", text):
            options.add("--" + re.sub(r"([A-Z])", lambda letter: "-" + letter[1].lower(), name))
    return names, options


def check_command(where, words, known, program, complaints):
    names, options = known
    own = [word for word in words if word.startswith("--")]
    complaints.expect(words[0] in names, where, f"there is no command attune {words[0]}")
    for option in own:
        complaints.expect(option in options, where, f"no command has the option {option}")
    if not program:
        return
    sub = [word for word in words[:2] if re.fullmatch(r"[a-z]+", word)]
    page = ""
    while sub and not page:
        answer = subprocess.run([program, *sub, "--help"], capture_output=True, text=True)
        page = answer.stdout if answer.returncode == 0 else ""
        sub.pop()
    for option in own:
        complaints.expect(re.search(rf"{option}\b", page), where, f"attune {' '.join(words)}: no such option {option}")


def main(programs):
    complaints = Complaints("Documents")
    known, looked_at, followed = declared(), 0, 0
    for page in pages():
        followed += links(page, complaints)
        for words in commands(page):
            looked_at += 1
            check_command(page.name, words, known, programs and programs / "attune", complaints)
    complaints.end(f"{followed} links and {looked_at} commands of {len(list(pages()))} pages")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None)
