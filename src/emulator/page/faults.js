import { admin } from "./api.js";
import { act, byId, element } from "./dom.js";

let shown = "";

/** Shows the faults. @param refresh called with the pending change, updates the page when it is done */
export function showFaults(faults, refresh) {
  const text = JSON.stringify(faults);
  if (text === shown) return;
  shown = text;
  byId("no-faults").hidden = faults.length > 0;
  byId("faults").replaceChildren(...faults.map((fault) => item(fault, refresh)));
}

function item({ id, effect, match, times, hits }, refresh) {
  const words = Object.values(effect).filter((value) => value !== undefined && value !== null);
  const left = times === undefined ? "" : `, ${times - hits} more`;
  const text = `${words.join(" ")} on ${match.route ?? "any"}`;
  const off = act(async () => refresh(admin(`faults/${id}`, { method: "DELETE" })));
  const button = element("button", { type: "button", onclick: off, ariaLabel: `Turn off ${text}` }, "Turn off");
  return element("li", {}, `${text}${left} `, button);
}

/** Turns on the fault in the form. */
export async function addFault(form) {
  const fields = new FormData(form);
  const [kind, value] = fields.get("effect").split(":");
  const field = { error: "code", status: "status", delay: "ms" }[kind];
  const effect = { kind, ...(field === undefined ? { when: value } : { [field]: Number(value) }) };
  const times = fields.get("times");
  const fault = { effect, match: { route: fields.get("route") }, ...(times !== "" && { times: Number(times) }) };
  await admin("faults", { method: "POST", body: fault });
}
