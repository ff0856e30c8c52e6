// The calls of the page: to the emulated API if it has the call, otherwise to the emulator's own address.

const key = "emulator-token";

/** Reads the token from the address (`#token=…`, which is then removed), and later from the session storage. */
export function readToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given !== null) {
    sessionStorage.setItem(key, given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(key);
}

export function keepToken(token) {
  sessionStorage.setItem(key, token);
}

function request(path, { method = "GET", body, signal } = {}) {
  return fetch(path, {
    method,
    headers: { authorization: `Bearer ${sessionStorage.getItem(key)}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal !== undefined && { signal }),
  });
}

/** @returns the envelope's result @throws Error with the API's code and message */
async function call(path, options) {
  const response = await request(path, options);
  const envelope = await response.json().catch(() => undefined);
  if (envelope?.success) return envelope.result;
  const [error] = envelope?.errors ?? [];
  throw new Error(error ? `${error.code}: ${error.message}` : `status ${response.status}`);
}

export const admin = (path, options) => call(`/_emulator/${path}`, options);

export const api = (accountId, path, options) => call(`/client/v4/accounts/${accountId}/queues/${path}`, options);

/**
 * Yields the emulator's current state, and again after each change. Ends with the connection.
 *
 * @throws Error with `refused: true` if the token is refused
 */
export async function* states() {
  const response = await request("/_emulator/events");
  if (!response.ok) throw Object.assign(new Error(`status ${response.status}`), { refused: response.status < 500 });
  let text = "";
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const events = text.split("\n\n");
    text = events.pop();
    for (const event of events) yield JSON.parse(event.slice("data: ".length));
  }
}
