// The calls of the page: on the emulated API itself where it has one, on the emulator's own address otherwise.

const key = "emulator-token";

/** From the address once (`#token=…`, taken out of it at once), then from this tab's memory. */
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

/** @returns the envelope's result; throws an Error with the API's own words */
async function call(path, options) {
  const response = await request(path, options);
  const envelope = await response.json().catch(() => undefined);
  if (envelope?.success) return envelope.result;
  const [error] = envelope?.errors ?? [];
  throw new Error(error ? `${error.code}: ${error.message}` : `status ${response.status}`);
}

export const admin = (path, options) => call(`/_emulator/${path}`, options);

export const api = (accountId, path, options) => call(`/client/v4/accounts/${accountId}/queues/${path}`, options);

/** The emulator's state now and whenever it changes. Ends with the connection; a refused token throws with `refused`. */
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
