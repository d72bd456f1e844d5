"""Resolves a kustomization with kustomize itself: the one inside of Debian's kubectl.

That one is old (2.0): it wants folders under `bases` and patches one by one. The manifests are written for today's
kustomize, so their kustomization files are translated first, into a copy. A field that the translation does not know is
refused, so that nothing is left out in silence.
"""

import pathlib
import re
import shutil
import subprocess
import tempfile

import yaml

KNOWN = {"apiVersion", "kind", "namespace", "resources", "images", "configMapGenerator", "patches"}


def resolve(folder, kubectl):
    """The documents that `kustomize build` makes of the folder."""
    with tempfile.TemporaryDirectory() as copy:
        root = pathlib.Path(folder).resolve().parents[1]
        shutil.copytree(root, copy, dirs_exist_ok=True)
        translated = pathlib.Path(copy) / pathlib.Path(folder).resolve().relative_to(root)
        _translate(translated, set())
        built = subprocess.run([kubectl, "kustomize", str(translated)], capture_output=True, text=True)
        if built.returncode:
            raise ValueError(f"{folder}: {built.stderr.strip()}")
        return [document for document in yaml.safe_load_all(built.stdout) if document]


def _translate(folder, done):
    """Writes the folder's kustomization in the old form; returns its resources as (apiVersion, kind, name)."""
    file = folder / "kustomization.yaml"
    content = yaml.safe_load(file.read_text())
    unknown = set(content) - KNOWN
    if unknown:
        raise ValueError(f"{file}: fields that this check does not know: {sorted(unknown)}")
    old = {key: content[key] for key in KNOWN - {"resources", "patches"} if key in content}
    old["resources"], old["bases"], old["patchesJson6902"] = [], [], []
    known = []
    for entry in content.get("resources", []):
        path = folder / entry
        if path.is_dir():
            old["bases"].append(entry)
            known += _translate(path.resolve(), done)
        else:
            old["resources"].append(entry)
            known += [
                (document["apiVersion"], document["kind"], document["metadata"]["name"])
                for document in yaml.safe_load_all(path.read_text())
            ]
    operations = {}
    for patch in content.get("patches", []):
        for target in _targets(patch, known, file):
            operations.setdefault(target, []).extend(yaml.safe_load((folder / patch["path"]).read_text()))
    # One file for each target: of several, the old kustomize does not keep the order.
    for number, ((version, kind, name), steps) in enumerate(operations.items()):
        group, _, version = version.rpartition("/")
        (folder / f"steps-{number}.yaml").write_text(yaml.safe_dump(steps))
        target = {"version": version, "kind": kind, "name": name} | ({"group": group} if group else {})
        old["patchesJson6902"].append({"path": f"steps-{number}.yaml", "target": target})
    if file not in done:
        file.write_text(yaml.safe_dump(old))
        done.add(file)
    return known


def _targets(patch, known, file):
    if set(patch) != {"path", "target"} or set(patch["target"]) - {"kind", "name"}:
        raise ValueError(f"{file}: a patch is expected to have path and target (kind, name): {patch}")
    wanted = [
        (version, kind, name)
        for version, kind, name in known
        if re.fullmatch(patch["target"]["kind"], kind) and re.fullmatch(patch["target"].get("name", ".*"), name)
    ]
    if not wanted:
        raise ValueError(f"{file}: the patch {patch['path']} meets nothing: {patch['target']}")
    return wanted
