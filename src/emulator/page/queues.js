import { byId, counted, element } from "./dom.js";

const numbers = new Intl.NumberFormat("en");
/** The latest measurement of each queue's rate, by queue id: `{at, total, rate}`. */
const rates = new Map();
/** The minimum period for measuring rates. */
const spanMs = 1_000;

/** Returns the incoming messages per second, by the page's own clock. */
function computeRate(queue, now) {
  const before = rates.get(queue.queue_id);
  if (before === undefined) {
    rates.set(queue.queue_id, { at: now, total: queue.messages_total, rate: 0 });
    return 0;
  }
  if (now - before.at < spanMs) return before.rate;
  const rate = Math.round(((queue.messages_total - before.total) * 1000) / (now - before.at));
  rates.set(queue.queue_id, { at: now, total: queue.messages_total, rate });
  return rate;
}

/** Returns the age of the oldest message in seconds, or "" if there is none. */
function computeAge(queue, nowMs) {
  const oldest = queue.metrics.oldest_message_timestamp_ms;
  return oldest === 0 ? "" : `${numbers.format(Math.max(0, Math.round((nowMs - oldest) / 1000)))} s`;
}

function describeDelivery(queue) {
  return queue.settings.delivery_paused ? "paused" : (queue.consumers[0]?.type ?? "no consumer");
}

/** Returns details of a queue, including what a narrow table omits. */
export function queueFacts(queue, nowMs) {
  const age = computeAge(queue, nowMs);
  const { backlog_count: count, backlog_bytes: bytes } = queue.metrics;
  const facts = [counted(count, "message"), counted(bytes, "byte"), age && `oldest ${age}`, describeDelivery(queue)];
  return [...facts, queue.jurisdiction, queue.queue_id].filter(Boolean).join(" · ");
}

/** Updates the rows in place, so that the focus stays. */
export function showQueues(state, selected, select) {
  const body = byId("queues");
  const known = new Set(state.queues.map((queue) => queue.queue_id));
  for (const row of [...body.rows]) if (!known.has(row.dataset.id)) row.remove();
  for (const queue of state.queues) {
    const row = [...body.rows].find((one) => one.dataset.id === queue.queue_id) ?? addRow(body, queue, select);
    const texts = [
      numbers.format(queue.metrics.backlog_count),
      numbers.format(queue.metrics.backlog_bytes),
      numbers.format(computeRate(queue, performance.now())),
      computeAge(queue, state.now_ms),
      describeDelivery(queue),
    ];
    texts.forEach((text, index) => {
      row.cells[index + 1].textContent = text;
    });
    row.classList.toggle("selected", queue.queue_id === selected);
    row.querySelector("button").setAttribute("aria-pressed", String(queue.queue_id === selected));
  }
}

function addRow(body, queue, select) {
  const button = element("button", { type: "button", onclick: () => select(queue.queue_id) }, queue.queue_name);
  const row = element("tr", {}, element("th", { scope: "row" }, button));
  for (const className of ["number", "number roomy", "number", "number roomy", ""])
    row.append(element("td", { className }));
  row.dataset.id = queue.queue_id;
  body.append(row);
  return row;
}
