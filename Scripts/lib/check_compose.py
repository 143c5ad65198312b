"""Checks compose files without a Docker engine.

Validates each file against the Compose specification's JSON schema (compose-spec.json beside this file, from
https://github.com/compose-spec/compose-spec, Apache License 2.0). Then checks the names that must agree with each
other, the files that are mounted, and the paths that the Dockerfile copies. Does not build the image and does not run
it.

Usage: check_compose.py FILE…
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
        # A merge key stands for the keys of another mapping, which those of this one replace.
        own = [key for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        keys = [self.construct_object(key, deep=True) for key in own]
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
        waits = service.get("depends_on", {})
        for other, wanted in ({key: {} for key in waits} if isinstance(waits, list) else waits).items():
            if other not in services:
                yield f"{name} depends on {other}, which does not exist"
            elif wanted.get("condition") == "service_healthy" and not has_healthcheck(services[other], root):
                yield f"{name} waits until {other} is healthy, which has no healthcheck"
        yield from volume_problems(name, service, compose.get("volumes", {}), root)
        for variable in ("WAYBILL_DATABASE_URL", "WAYBILL_REDIS_URL"):
            for host in hosts(service.get("environment", {}).get(variable, "")):
                if host not in services:
                    yield f"{name}: {variable} names {host}, which is no service"
        yield from build_problems(name, service.get("build"), root)


def hosts(url):
    """The hosts of a URL, which may name several."""
    authority = re.match(r"\w+://(?:[^@/]*@)?([^/?]*)", re.sub(r"\$\{[^}]*\}", "x", url))
    return [host.partition(":")[0] for host in authority[1].split(",")] if authority else []


def has_healthcheck(service, root):
    """True where the service has one of its own, or one from the Dockerfile that makes its image."""
    path = dockerfile(service.get("build"), root)
    return "healthcheck" in service or (path and path.exists() and "\nHEALTHCHECK " in path.read_text())


def volume_problems(name, service, declared, root):
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        if source.startswith("."):
            if not (root / source).exists():
                yield f"{name} mounts {source}, which does not exist"
        elif not source.startswith("/") and source not in declared:
            yield f"{name} mounts the volume {source}, which is not declared"


def dockerfile(build, root):
    return build and root / build.get("context", ".") / build.get("dockerfile", "Dockerfile")


def build_problems(name, build, root):
    path = dockerfile(build, root)
    if path is None:
        return
    if not path.exists():
        yield f"{name} is built by {build.get('dockerfile', 'Dockerfile')}, which does not exist"
        return
    text = path.read_text()
    ignored = path.with_name(f"{path.name}.dockerignore")
    kept = [line[1:] for line in ignored.read_text().splitlines() if line.startswith("!")] if ignored.exists() else None
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", text, re.M))
    for line in re.findall(r"^COPY (.+)$", text, re.M):
        *sources, _ = line.split()
        if sources[0].startswith("--from="):
            if sources[0].removeprefix("--from=") not in stages:
                yield f"{name}: COPY {line}: no such stage"
            continue
        for source in sources:
            if not (root / build.get("context", ".") / source).exists():
                yield f"{name}: COPY {line}: {source} does not exist"
            if kept is not None and source not in kept:
                yield f"{name}: COPY {line}: {ignored.name} keeps {source} from the builder"


def main():
    status = 0
    for name in sys.argv[1:]:
        path = pathlib.Path(name).resolve()
        compose = yaml.load(path.read_text(), NoRepeats)
        problems = [*schema_problems(compose), *reference_problems(compose, path.parent)]
        for problem in problems:
            print(f"{path.name}: {problem}")
        if problems:
            status = 1
        else:
            print(
                f"{path.name}: valid by the Compose specification's schema; names and paths agree (not built, not run)"
            )
    sys.exit(status)


if __name__ == "__main__":
    main()
