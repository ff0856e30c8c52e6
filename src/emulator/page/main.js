import { admin, api, keepToken, readToken, states } from "./api.js";
import { act, byId, copy, say } from "./dom.js";
import { addFault, showFaults } from "./faults.js";
import { showMessages, showMore, startOver } from "./messages.js";
import { queueFacts, showQueues } from "./queues.js";

/** Milliseconds to wait before reconnecting. */
const againMs = 1_000;
/** Milliseconds between updates without an event: rates, delays and ages change with time. */
const tickMs = 1_000;

let state;
let selected;

const current = () => state.queues.find((queue) => queue.queue_id === selected);

function show() {
  if (current() === undefined) selected = state.queues[0]?.queue_id;
  const queue = current();
  showQueues(state, selected, select);
  showFaults(state.faults, refresh);
  byId("queue").hidden = queue === undefined;
  if (queue === undefined) return;
  byId("messages-title").textContent = `Messages of ${queue.queue_name}`;
  byId("queue-facts").textContent = queueFacts(queue, state.now_ms);
  byId("pause").textContent = queue.settings.delivery_paused ? "Resume delivery" : "Pause delivery";
  showMessages(selected).catch((error) => say(error.message));
}

function select(queueId) {
  selected = queueId;
  startOver();
  show();
}

/** Reloads the state after changes without an event, such as those of faults and time. */
async function refresh(done) {
  await done;
  state = await admin("state");
  show();
}

byId("sign-in").addEventListener(
  "submit",
  act(async (event) => {
    keepToken(new FormData(event.target).get("token"));
    byId("sign-in").hidden = true;
    await follow();
  }),
);
byId("filter").addEventListener("input", () => {
  startOver();
  show();
});
byId("more").addEventListener("click", () => {
  showMore();
  show();
});
byId("pause").addEventListener(
  "click",
  act(async () => {
    const settings = { delivery_paused: !current().settings.delivery_paused };
    await api(state.account_id, selected, { method: "PATCH", body: { settings } });
  }),
);
byId("copy-id").addEventListener(
  "click",
  act(() => copy(selected, "the queue's id")),
);
byId("purge").addEventListener("click", () => byId("purge-dialog").showModal());
byId("purge-dialog").addEventListener(
  "close",
  act(async () => {
    const answer = byId("purge-dialog").returnValue;
    byId("purge-dialog").returnValue = "";
    if (answer !== "purge") return;
    const body = { delete_messages_permanently: true };
    await api(state.account_id, `${selected}/purge`, { method: "POST", body });
  }),
);
byId("push").addEventListener(
  "submit",
  act(async (event) => {
    const fields = new FormData(event.target);
    const contentType = fields.get("content_type");
    const text = fields.get("body");
    const delay = fields.get("delay_seconds");
    const body = {
      body: contentType === "json" ? JSON.parse(text) : text,
      content_type: contentType,
      ...(delay !== "" && { delay_seconds: Number(delay) }),
    };
    await api(state.account_id, `${selected}/messages`, { method: "POST", body });
    say("Pushed.");
  }),
);
byId("add-fault").addEventListener(
  "submit",
  act(async (event) => {
    await refresh(addFault(event.target));
  }),
);

setInterval(() => {
  if (state === undefined || document.hidden) return;
  // The event stream reports a lost connection.
  refresh().catch(() => undefined);
}, tickMs);

async function follow() {
  for (;;) {
    try {
      for await (state of states()) {
        byId("content").hidden = false;
        if (!/^(?:Pushed|Copied)/.test(byId("status").textContent)) say("Live.");
        show();
      }
      say("The emulator has stopped. Reconnecting…");
    } catch (error) {
      if (error.refused) {
        say("The emulator refused this token.");
        byId("content").hidden = true;
        byId("sign-in").hidden = false;
        return;
      }
      say("The emulator is unreachable. Reconnecting…");
    }
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}

if (readToken() === null) {
  say("Enter the emulator's API token.");
  byId("sign-in").hidden = false;
} else {
  await follow();
}
