"""Rules for every refusal: problem details (RFC 9457) with the members that docs/problems.md names."""

import re

LEAKS = re.compile(rb"SELECT |INSERT INTO|UPDATE .* SET|SQLSTATE|/Sources/|\.swift|pg_|relation \"", re.I)


def faults(answer, status, code=None):
    """The faults of the answer; an empty list where there is none.

    - status: the expected status, or several where more than one is right.
    """
    wanted = (status,) if isinstance(status, int) else status
    found = [] if answer.status in wanted else [f"status {answer.status} instead of {'/'.join(map(str, wanted))}"]
    if answer.status < 400:
        return found
    kind = answer.headers.get("content-type", "").split(";")[0].strip()
    if kind != "application/problem+json":
        found.append(f"content type {kind!r}")
    try:
        body = answer.json
        assert isinstance(body, dict)
    except (ValueError, AssertionError) as error:
        return [*found, f"the body is no proper JSON object: {error}"]
    found += [
        f"no text {name!r}" for name in ("type", "title", "code", "detail") if not isinstance(body.get(name), str)
    ]
    if body.get("status") != answer.status:
        found.append(f"status {body.get('status')!r} in the body of a {answer.status}")
    if code is not None and body.get("code") != code:
        found.append(f"code {body.get('code')!r} instead of {code!r}")
    found += particular(answer, body)
    if LEAKS.search(answer.body):
        found.append("the body tells about our insides")
    return found


def particular(answer, body):
    """The faults in headers and members that single statuses require."""
    found = []
    if answer.status == 401 and not answer.headers.get("www-authenticate", "").startswith("Bearer"):
        found.append(f"WWW-Authenticate {answer.headers.get('www-authenticate')!r}")
    if answer.status in (429, 503) and not answer.headers.get("retry-after", "").isdigit():
        found.append("no Retry-After")
    if answer.status == 422 and body.get("code") != "commandIdReused":
        errors = body.get("errors")
        if (
            not isinstance(errors, list)
            or not errors
            or any(set(error) != {"pointer", "message"} or not isinstance(error["pointer"], str) for error in errors)
        ):
            found.append(f"errors {errors!r}")
    if answer.status == 409 and body.get("code") == "rejected":
        wanted = ("reason", "orderId", "orderStatus", "version", "allowedCommands")
        found += [f"no {name!r} in a rejection" for name in wanted if name not in body]
    return found
