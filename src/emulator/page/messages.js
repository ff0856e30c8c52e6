import { admin } from "./api.js";
import { act, byId, copy, counted, element, utc, visible } from "./dom.js";

const pageSize = 50;
/** Maximum characters of a body in its line; the page truncates further. */
const previewLength = 200;
/** Counts the reads, so that a slow answer does not overwrite a newer one. */
let reading = 0;
/** The current content of the page as text, so that identical content is not rendered again. */
let shown = "";
let limit = pageSize;

export function showMore() {
  limit += pageSize;
}

export function startOver() {
  limit = pageSize;
}

/** Reads the queue's messages and shows them, oldest first. */
export async function showMessages(queueId) {
  const mine = ++reading;
  const query = new URLSearchParams({ limit: String(limit), text: byId("filter").value });
  const { messages, more } = await admin(`queues/${queueId}/messages?${query}`);
  const text = JSON.stringify([queueId, messages, more]);
  if (mine !== reading || text === shown) return;
  shown = text;
  update(byId("messages"), messages);
  byId("no-messages").hidden = messages.length > 0;
  byId("more").hidden = !more;
}

/** Updates the list but keeps existing items, so that open ones stay open and the focus stays. */
function update(list, messages) {
  const kept = new Map([...list.children].map((item) => [item.dataset.id, item]));
  for (const [index, message] of messages.entries()) {
    const item = kept.get(message.id) ?? made(message);
    kept.delete(message.id);
    item.querySelector(".state").textContent = message.state;
    item.querySelector(".facts").textContent = describeMessage(message);
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
  }
  for (const gone of kept.values()) gone.remove();
}

function describeMessage(message) {
  return [
    message.content_type,
    counted(message.bytes, "byte"),
    message.state,
    `attempts ${message.attempts}`,
    message.delay_seconds > 0 ? `delay ${message.delay_seconds} s` : "",
    `arrived ${utc(message.arrived_at_ms)}`,
    message.state === "ready" ? "" : `due ${utc(message.due_at_ms)}`,
    message.id,
  ]
    .filter((fact) => fact !== "")
    .join(" · ");
}

function made(message) {
  const arrived = new Date(message.arrived_at_ms).toISOString();
  const line = element(
    "summary",
    {},
    element("time", { dateTime: arrived, title: utc(message.arrived_at_ms) }, `${arrived.slice(11, 19)} UTC`),
    element("span", { className: "state" }),
    element("span", { className: "preview" }, visible(preview(message.body))),
    element("span", { className: "bytes" }, counted(message.bytes, "byte")),
  );
  const body = element("pre", { tabIndex: 0, role: "region", ariaLabel: "Body" });
  const button = element("button", { type: "button", onclick: act(() => copy(message.body, "the body")) }, "Copy body");
  const facts = element("p", { className: "facts" });
  const details = element("details", {}, line, element("div", { className: "opened" }, facts, button, body));
  // Format the body only when the message is opened.
  details.addEventListener("toggle", () => {
    if (details.open && body.textContent === "") body.textContent = visible(formatted(message));
  });
  const item = element("li", {}, details);
  item.dataset.id = message.id;
  return item;
}

function preview(body) {
  return body.slice(0, previewLength).replaceAll(/\s+/g, " ");
}

/** Indents JSON; other bodies are unchanged. */
function formatted({ body, content_type }) {
  if (content_type !== "json") return body;
  return JSON.stringify(JSON.parse(body), null, 2);
}
