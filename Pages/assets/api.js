/**
 * Requests to the service, with a deadline each. Errors are `ApiError`s that carry the problem details (RFC 9457).
 *
 *     const page = await get("/v1/orders?limit=50");
 *     const receipt = await post(`/v1/orders/${id}/cancel`, { reason: "customer" });
 */

/** A request that failed, or was refused. */
export class ApiError extends Error {
    constructor(message, { status = 0, code = "unreachable", problem, retryAfter } = {}) {
        super(message);
        this.name = "ApiError";
        /** The HTTP status; 0 where no answer came. */
        this.status = status;
        /** The problem's stable code; `unreachable` and `timeout` where no answer came. */
        this.code = code;
        /** The problem details, or undefined. */
        this.problem = problem;
        /** The seconds after which the service wants to be asked again, or undefined. */
        this.retryAfter = retryAfter;
    }

    /** True where the same request may succeed later. */
    get isTemporary() { return this.status === 0 || this.status === 429 || this.status >= 500; }
}

const listeners = new Set();

/** Calls `call` whenever an answer says that nobody is signed in; returns a function that ends that. */
export const onSignedOut = (call) => {
    listeners.add(call);
    return () => listeners.delete(call);
};

const parsed = async (response) => {
    const type = response.headers.get("Content-Type") ?? "";
    if (response.status === 204) return undefined;
    return /[/+]json/.test(type) ? response.json() : response.text();
};

const failure = async (response) => {
    const body = await parsed(response).catch(() => undefined);
    const problem = typeof body === "object" ? body : undefined;
    const words = problem?.detail ?? problem?.title ?? `The service answered ${response.status}.`;
    const retryAfter = Number(response.headers.get("Retry-After")) || undefined;
    // A proxy answers for a service that is away without problem details.
    return new ApiError(words, { status: response.status, code: problem?.code ?? "unreachable", problem, retryAfter });
};

/**
 * Sends a request and returns the answer's body: an object for JSON, else a text; undefined where there is none.
 *
 * - body: sent as JSON. - headers: further fields. - signal: aborts the request; its reason is thrown.
 * - timeout: milliseconds. - response: true returns the `Response` itself, whose body is then not read.
 */
export async function request(method, path, { body, headers = {}, signal, timeout = 15_000, response: raw } = {}) {
    const deadline = AbortSignal.timeout(timeout);
    let response;
    try {
        response = await fetch(path, {
            method,
            headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
            body: body === undefined ? undefined : JSON.stringify(body),
            signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
            cache: "no-store",
        });
        if (response.ok) return raw ? response : await parsed(response);
    } catch (error) {
        signal?.throwIfAborted();
        if (deadline.aborted) throw new ApiError("The service did not answer in time.", { code: "timeout" });
        throw new ApiError("The service cannot be reached.");
    }
    const error = await failure(response);
    if (error.status === 401) for (const call of listeners) call(error);
    throw error;
}

export const get = (path, options) => request("GET", path, options);
export const del = (path, options) => request("DELETE", path, options);

/**
 * Sends a command. Its key makes it safe to send again after an error that is temporary: give the same one then.
 */
export const post = (path, body = {}, { key = newKey(), headers, ...options } = {}) =>
    request("POST", path, { body, headers: { "Idempotency-Key": key, ...headers }, ...options });

/** A new `Idempotency-Key`. `crypto.randomUUID` is missing where a page comes over http from another machine. */
export const newKey = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
