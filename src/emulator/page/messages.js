import { admin } from "./api.js";
import { byId, element } from "./dom.js";

const pageSize = 50;
/** Counts the readings, so that a slow answer does not overwrite a newer one. */
let reading = 0;
/** What is on the page, as text: the same again is left alone, with its focus and its selection. */
let shown = "";
let limit = pageSize;

export function showMore() {
  limit += pageSize;
}

export function startOver() {
  limit = pageSize;
}

/** Read the queue's messages and show them, oldest first. */
export async function showMessages(queueId) {
  const mine = ++reading;
  const query = new URLSearchParams({ limit: String(limit), text: byId("filter").value });
  const { messages, more } = await admin(`queues/${queueId}/messages?${query}`);
  const text = JSON.stringify([queueId, messages, more]);
  if (mine !== reading || text === shown) return;
  shown = text;
  byId("messages").replaceChildren(...messages.map(item));
  byId("no-messages").hidden = messages.length > 0;
  byId("more").hidden = !more;
}

function item(message) {
  const facts = [
    message.content_type,
    `${message.bytes} bytes`,
    message.state,
    `attempts ${message.attempts}`,
    message.delay_seconds > 0 ? `delay ${message.delay_seconds} s` : "",
    new Date(message.arrived_at_ms).toLocaleTimeString(),
    message.id,
  ];
  return element(
    "li",
    {},
    element("p", {}, facts.filter((fact) => fact !== "").join(" · ")),
    element("pre", { tabIndex: 0 }, formatted(message)),
  );
}

/** JSON with its own spaces, as it was sent otherwise. */
function formatted({ body, content_type }) {
  if (content_type !== "json") return body;
  return JSON.stringify(JSON.parse(body), null, 2);
}
