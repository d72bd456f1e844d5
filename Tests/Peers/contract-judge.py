"""Holds exchanges over HTTP against OpenAPI documents, with jsonschema of PyPI. Reads one exchange a line as JSON:
{document, method, path, requestType, request, status, type, body}; answers each with a line {"faults": [...]}.

What a service accepts must be what the document describes, and so must every answer. What it refuses is judged by other
tests: a document cannot say everything that a service looks at."""

import json
import re
import sys
from urllib.parse import parse_qsl, unquote

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012


class Document:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.content = yaml.safe_load(file)
        self.registry = Registry().with_resource("urn:contract", DRAFT202012.create_resource(self.content))
        self.validators = {}
        # Literal addresses before templates: /v1/ratings/batch is no rating.
        self.templates = sorted(self.content["paths"], key=lambda path: path.count("{"))

    def resolve(self, node):
        while "$ref" in node:
            place = self.content
            for part in node["$ref"].removeprefix("#/").split("/"):
                place = place[part.replace("~1", "/").replace("~0", "~")]
            node = place
        return node

    def operation(self, method, path):
        for template in self.templates:
            pattern = re.sub(r"\\\{[^/]+\\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, path):
                return self.content["paths"][template].get(method.lower())
        return None

    def faults(self, schema, value, what):
        """The schema is given as it stands in the document, so that its references lead into it."""
        key = json.dumps(schema, sort_keys=True)
        if key not in self.validators:
            def absolute(node):
                if isinstance(node, dict):
                    return {k: "urn:contract" + v if k == "$ref" else absolute(v) for k, v in node.items()}
                return [absolute(item) for item in node] if isinstance(node, list) else node

            self.validators[key] = Draft202012Validator(
                absolute(schema), registry=self.registry, format_checker=Draft202012Validator.FORMAT_CHECKER)
        return [f"{what}: {error.json_path} {error.message}" for error in self.validators[key].iter_errors(value)]

    def body_faults(self, content, type, text, what):
        media = type.split(";")[0].strip().lower()
        if media not in content:
            return [f"{what}: media type {media} is not documented"]
        schemas = content[media]
        if "x-itemSchema" in schemas:
            lines = [line for line in text.split("\n") if line.strip()]
            return [f for line in lines for f in self.faults(schemas["x-itemSchema"], json.loads(line), what)]
        if not media.endswith("json"):
            return []
        return self.faults(schemas["schema"], json.loads(text), what)


def judge(documents, exchange):
    name = exchange["document"]
    if name not in documents:
        documents[name] = Document(name)
    document = documents[name]
    address, _, query = exchange["path"].partition("?")
    status = exchange["status"]
    operation = document.operation(exchange["method"], unquote(address))
    if operation is None:
        return [] if status in (401, 404, 405) else [f"answered {status} at an address that is not documented"]
    answer = operation["responses"].get(str(status))
    if answer is None:
        return [f"status {status} is not documented"]
    faults = document.body_faults(document.resolve(answer).get("content", {}), exchange["type"], exchange["body"], "answer")
    if status < 300:
        parameters = {p["name"]: p["schema"] for p in map(document.resolve, operation.get("parameters", []))}
        for key, _ in parse_qsl(query, keep_blank_values=True):
            if key not in parameters:
                faults.append(f"accepts the parameter {key}, which is not documented")
        body = document.resolve(operation.get("requestBody", {})).get("content")
        # The lines of a batch are accepted one by one.
        if body is not None and "application/json" in body:
            faults += document.body_faults(body, exchange["requestType"], exchange["request"], "accepted request")
    return faults


known = {}
for line in sys.stdin:
    try:
        found = judge(known, json.loads(line))
    except Exception as error:
        found = [f"cannot be judged: {error!r}"]
    print(json.dumps({"faults": found}), flush=True)
