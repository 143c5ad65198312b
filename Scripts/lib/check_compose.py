"""Checks the compose file without a Docker engine.

Validates the file against the Compose specification's JSON schema (compose-spec.json beside this file, from
https://github.com/compose-spec/compose-spec, Apache License 2.0). Then checks the names that must agree with each
other, and the paths that the inline Dockerfile copies. Does not build the image and does not run it.

Usage: check_compose.py FILE
"""

import json
import pathlib
import re
import sys

import jsonschema
import yaml


class NoRepeats(yaml.SafeLoader):
    """A loader that refuses repeated keys: YAML forbids them, but PyYAML lets the last one win."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        repeated = {key for key in keys if keys.count(key) > 1}
        if repeated:
            raise yaml.constructor.ConstructorError(None, None, f"repeated keys: {repeated}", node.start_mark)
        return super().construct_mapping(node, deep)


def schema_problems(compose):
    schema = json.loads(pathlib.Path(__file__).with_name("compose-spec.json").read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    for error in validator.iter_errors(compose):
        yield f"schema: /{'/'.join(map(str, error.absolute_path))}: {error.message}"


def reference_problems(compose, root):
    services = compose.get("services", {})
    for name, service in services.items():
        for other, wanted in service.get("depends_on", {}).items():
            if other not in services:
                yield f"{name} depends on {other}, which does not exist"
            elif wanted.get("condition") == "service_healthy" and "healthcheck" not in services[other]:
                yield f"{name} waits until {other} is healthy, which has no healthcheck"
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if not source.startswith((".", "/")) and source not in compose.get("volumes", {}):
                yield f"{name} mounts the volume {source}, which is not declared"
        url = service.get("environment", {}).get("WAYBILL_DATABASE_URL", "")
        host = re.search(r"@([^:/]+)", url)
        if host and host[1] not in services:
            yield f"{name} reaches its database at {host[1]}, which is no service"
        yield from dockerfile_problems(name, service.get("build", {}).get("dockerfile_inline", ""), root)


def dockerfile_problems(name, text, root):
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", text, re.M))
    for line in re.findall(r"^COPY (.+)$", text, re.M):
        *sources, _ = line.split()
        if sources[0].startswith("--from="):
            if sources[0].removeprefix("--from=") not in stages:
                yield f"{name}: COPY {line}: no such stage"
            continue
        for source in sources:
            if not (root / source).exists():
                yield f"{name}: COPY {line}: {source} does not exist"
    # Compose interpolates the inline text too, so a dollar for the shell is written twice.
    for found in re.findall(r"(?<!\$)\$(?:\$\$)*(?![\w{$])", text):
        yield f"{name}: dockerfile_inline: a lone {found}: write $$"


def main():
    path = pathlib.Path(sys.argv[1]).resolve()
    compose = yaml.load(path.read_text(), NoRepeats)
    problems = [*schema_problems(compose), *reference_problems(compose, path.parent)]
    for problem in problems:
        print(f"{path.name}: {problem}")
    if not problems:
        print(f"{path.name}: valid by the Compose specification's schema; names and paths agree (not built, not run)")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
