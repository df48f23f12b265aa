// Asking the API, with errors in words.

const SLOW_MS = 120_000; // the first look at hundreds of new places
const AWAY = "The server does not answer at the moment. Please try again.";

export class ApiError extends Error {
  constructor(message, status, fields = {}) {
    super(message);
    Object.assign(this, { name: "ApiError", status, fields });
  }

  /** Somebody else changed it meanwhile. */
  get stale() {
    return this.status === 412;
  }
}

function wordsOf({ error, message }, status) {
  const fields = Object.values(error?.fields ?? {});
  const told = error?.message ?? message;
  if (told) return fields.length && !/[.!?]$/.test(told) ? `${told}: ${fields.join("; ")}.` : told;
  return status >= 500 ? AWAY : "That did not work. Please try again.";
}

/** The answer's data; `version` is the one that a change was
 * made looking at, `once` makes sure that what is sent twice is made once. Raises an `ApiError` with words for people. */
export async function ask(path, { method = "GET", body, signal, query = {}, once = false, version } = {}) {
  const address = new URL(`/api/v1${path}`, window.location.origin);
  for (const [name, value] of Object.entries(query)) if (value) address.searchParams.set(name, value);
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  if (version !== undefined) headers["If-Match"] = `"${version}"`;
  if (once) headers["Idempotency-Key"] = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  const limit = AbortSignal.timeout(SLOW_MS);
  const given = { method, headers, credentials: "same-origin", signal: signal ? AbortSignal.any([signal, limit]) : limit };
  const response = await fetch(address, { ...given, body: body === undefined ? undefined : JSON.stringify(body) }).catch((error) => {
    if (signal?.aborted) throw error;
    throw new ApiError(AWAY, 0);
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(wordsOf(answer, response.status), response.status, answer.error?.fields);
  return answer.data;
}
