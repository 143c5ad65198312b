"""The Kubernetes example: valid by the API's schemas, and true of the binary: names, ports, options and times agree."""

import re

import kubernetes_validate
import pytest

from support.deployment import DEPLOY, LONGEST_END, documents, known_flags, known_variables

# The oldest version that still gets mends, and the newest that the schemas know.
VERSIONS = ("1.34", "1.37")
FILES = sorted((DEPLOY / "kubernetes").rglob("*.yaml"))
OBJECTS = [document for path in FILES for document in documents(path)]


def of_kind(kind):
    return {document["metadata"]["name"]: document for document in OBJECTS if document["kind"] == kind}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_manifests_are_valid_by_the_schemas_of_the_api(path, check):
    for document in documents(path):
        kind = document["kind"]
        if kind == "HTTPRoute":
            # A custom resource, whose schema comes with the gateway.
            continue
        for version in VERSIONS:
            try:
                kubernetes_validate.validate(document, version, strict=True)
                wrong = ""
            except kubernetes_validate.ValidationError as error:
                wrong = f"{error.path}: {error.message}"
            check(f"{path.name}: {kind} is valid in {version}", not wrong, wrong)


def pods():
    for name, deployment in of_kind("Deployment").items():
        pod = deployment["spec"]["template"]
        yield name, deployment, pod, pod["spec"]["containers"][0]


def test_options_are_those_of_the_binary(binary, check):
    flags, variables = known_flags(binary), known_variables(binary)
    settings = of_kind("ConfigMap")["waybill"]["data"]
    for name, _, _, container in pods():
        check(f"{name}: serves", container["args"][0] == "serve", container["args"])
        strange = [flag for flag in container["args"][1:] if flag not in flags]
        check(f"{name}: flags", not strange, strange)
        given = [*settings, *(entry["name"] for entry in container["env"])]
        strange = [variable for variable in given if variable.startswith("WAYBILL_") and variable not in variables]
        check(f"{name}: variables", not strange, strange)
        check(f"{name}: no variable is given twice", len(given) == len(set(given)), given)


def test_names_and_ports_agree(check):
    settings = of_kind("ConfigMap")["waybill"]["data"]
    secret, budgets, services = (
        of_kind("Secret")["waybill"]["stringData"],
        of_kind("PodDisruptionBudget"),
        of_kind("Service"),
    )
    for name, deployment, pod, container in pods():
        labels = pod["metadata"]["labels"]
        check(f"{name}: selects its pods", deployment["spec"]["selector"]["matchLabels"] == labels)
        check(f"{name}: its service selects its pods", services[name]["spec"]["selector"] == labels)
        check(f"{name}: its budget selects its pods", budgets[name]["spec"]["selector"]["matchLabels"] == labels)
        (port,) = container["ports"]
        check(f"{name}: the port is the service's", str(port["containerPort"]) == settings["WAYBILL_PORT"], port)
        targets = [port["targetPort"] for port in services[name]["spec"]["ports"]]
        check(f"{name}: the service leads to it", targets == [port["name"]], targets)
        probes = [container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "readiness", "liveness")]
        check(f"{name}: probes ask it", {probe["port"] for probe in probes} == {port["name"]}, probes)
        check(f"{name}: paths of probes", [p["path"] for p in probes] == ["/healthz", "/readyz", "/healthz"], probes)
        (volume,) = [volume["secret"] for volume in pod["spec"]["volumes"] if "secret" in volume]
        keys = [item["key"] for item in volume["items"]]
        check(f"{name}: the secret has what is mounted", set(keys) <= set(secret), keys)
        place = next(m["mountPath"] for m in container["volumeMounts"] if m["name"] == "secrets")
        mounted = {f"{place}/{item['path']}" for item in volume["items"]}
        named = [v for v in (*settings.values(), *(e["value"] for e in container["env"])) if v.startswith(f"{place}/")]
        check(f"{name}: every file that is named is mounted", set(named) == mounted, (named, mounted))
        # Root's files, for a group of their own: others are refused.
        check(f"{name}: files of secrets are private", volume["defaultMode"] == 0o440, oct(volume["defaultMode"]))
        mounts, volumes = (
            {item["name"] for item in items} for items in (container["volumeMounts"], pod["spec"]["volumes"])
        )
        check(f"{name}: every volume is mounted", mounts == volumes, (mounts, volumes))
    check(
        "one account", {pod["spec"]["serviceAccountName"] for _, _, pod, _ in pods()} == set(of_kind("ServiceAccount"))
    )


def test_pods_end_in_order_and_without_privileges(check):
    for name, deployment, pod, container in pods():
        pause = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
        grace = pod["spec"]["terminationGracePeriodSeconds"]
        check(f"{name}: the grace covers the pause and the end", grace >= pause + LONGEST_END + 5, (grace, pause))
        readiness = container["readinessProbe"]
        noticed = readiness["periodSeconds"] * readiness["failureThreshold"]
        check(f"{name}: proxies have left before the process ends", pause > noticed, (pause, noticed))
        update = deployment["spec"]["strategy"]["rollingUpdate"]
        check(
            f"{name}: no pod ends before another one is ready", update == {"maxUnavailable": 0, "maxSurge": 1}, update
        )
        check(f"{name}: more than one pod", deployment["spec"]["replicas"] >= 2)
        user, own = pod["spec"]["securityContext"], container["securityContext"]
        check(f"{name}: not root", user["runAsNonRoot"] and user["runAsUser"] > 0 and user["fsGroup"] > 0, user)
        hardened = own["readOnlyRootFilesystem"] and not own["allowPrivilegeEscalation"]
        check(f"{name}: no privileges", hardened and own["capabilities"] == {"drop": ["ALL"]}, own)
        writable = [volume["emptyDir"] for volume in pod["spec"]["volumes"] if "emptyDir" in volume]
        check(f"{name}: what is written has a bound", all("sizeLimit" in volume for volume in writable), writable)
        check(f"{name}: memory has a bound", "memory" in container["resources"]["limits"], container["resources"])


def test_ways_in_lead_streams_to_edges(check):
    ingresses = of_kind("Ingress").values()
    paths = [
        (path["path"], path["backend"]["service"]["name"], path["backend"]["service"]["port"])
        for ingress in ingresses
        for path in ingress["spec"]["rules"][0]["http"]["paths"]
    ]
    # The controller takes the longest pattern first.
    paths.sort(key=lambda path: -len(path[0]))
    (route,) = of_kind("HTTPRoute").values()
    routes = [
        (
            f"{match['path']['value']}$" if match["path"]["type"] == "RegularExpression" else match["path"]["value"],
            *target,
        )
        for rule in route["spec"]["rules"]
        for match in rule["matches"]
        for target in [(rule["backendRefs"][0]["name"], {"number": rule["backendRefs"][0]["port"]})]
    ]
    services = of_kind("Service")
    for way, rules in (("ingress", paths), ("gateway", routes)):
        for _, name, port in rules:
            offered = [p[("name" if "name" in port else "port")] for p in services[name]["spec"]["ports"]]
            check(f"{way}: {name} has the port", next(iter(port.values())) in offered, (port, offered))
        for path in ("/v1/stream", "/v1/orders/1/stream", "/v1/customers/c/stream", "/track/t/stream"):
            check(f"{way}: {path} goes to an edge", target(rules, path) == "waybill-edge", target(rules, path))
        for path in ("/v1/orders/1", "/v1/commands", "/track/t", "/v1/streams", "/readyz", "/staff"):
            check(f"{way}: {path} goes to a server", target(rules, path) == "waybill-server", target(rules, path))
    for ingress in ingresses:
        notes = ingress["metadata"]["annotations"]
        check("ingress: streams are not buffered", notes["nginx.ingress.kubernetes.io/proxy-buffering"] == "off", notes)
        quiet = int(notes["nginx.ingress.kubernetes.io/proxy-read-timeout"])
        check("ingress: a quiet stream lives for four heartbeats", quiet >= 60, quiet)
    fallback = of_kind("Ingress")["waybill-streams"]["metadata"]["annotations"]
    found = fallback["nginx.ingress.kubernetes.io/default-backend"]
    check("ingress: servers serve streams where no edge is ready", found == "waybill-server", found)
    (gateway,) = (parent["namespace"] for parent in route["spec"]["parentRefs"])
    (policy,) = of_kind("NetworkPolicy").values()
    admitted = [
        source["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
        for rule in policy["spec"]["ingress"]
        for source in rule["from"]
    ]
    check("the policy lets in what leads here", {"ingress-nginx", gateway} <= set(admitted), admitted)


def test_what_must_be_edited_says_so(check):
    places = re.compile(r"example\.com|CHANGE_ME|metadata\.name: (?!kube-system)|namespace: |10\.0\.0\.0/8")
    for path in FILES:
        before = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if places.search(line) and not line.lstrip().startswith("#"):
                # The mark covers what follows it as one list, or one value.
                told = any("EDIT" in earlier for earlier in before[-7:])
                check(f"{path.name}: {line.strip()[:40]}", told, before[-7:])
            before.append(line)


def target(rules, path):
    return next(name for pattern, name, _ in rules if re.match(pattern, path))


def test_network_policy_lets_through_what_is_used(check):
    (policy,) = of_kind("NetworkPolicy").values()
    selected = policy["spec"]["podSelector"]["matchLabels"]
    for name, _, pod, container in pods():
        check(f"{name}: the policy is for its pods", selected.items() <= pod["metadata"]["labels"].items(), selected)
        allowed = [port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]]
        check(f"{name}: the policy lets its port in", allowed == [container["ports"][0]["name"]], allowed)
    allowed = {port["port"] for rule in policy["spec"]["egress"] for port in rule["ports"]}
    check("PostgreSQL, Redis, names and key sets are reached", {5432, 6379, 53, 443} <= allowed, allowed)
