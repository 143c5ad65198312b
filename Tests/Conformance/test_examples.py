"""The description's own examples, held to the schemas beside them."""

import jsonschema_rs


def test_examples_fit_the_schemas_beside_them(description, check):
    """Checks every JSON example of a body or an answer; each object's schema has an example."""
    components = {"components": description["components"]}
    for path, item in description["paths"].items():
        for method, operation in item.items():
            named = [("request", operation.get("requestBody", {}))]
            named += [(status, answer) for status, answer in operation["responses"].items() if status.startswith("2")]
            for name, part in named:
                media = part.get("content", {}).get("application/json")
                if media is None:
                    continue
                label = f"example: {method.upper()} {path}, {name}"
                if "example" not in media:
                    # A document describes itself by being there.
                    if "$ref" in media["schema"]:
                        check(label, False, "there is none")
                    continue
                validator = jsonschema_rs.Draft202012Validator({**media["schema"], **components}, validate_formats=True)
                errors = [
                    f"{list(error.instance_path)}: {error.message[:200]}"
                    for error in validator.iter_errors(media["example"])
                ]
                check(label, not errors, errors[:1])
