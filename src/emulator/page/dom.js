/** An element with properties and children. Children that are strings become text, never markup. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export const byId = (id) => document.getElementById(id);

export function say(text) {
  byId("status").textContent = text;
}

/** Runs what a control does; what goes wrong is said on the page. */
export function act(work) {
  return async (event) => {
    event.preventDefault();
    try {
      await work(event);
    } catch (error) {
      say(error.message);
    }
  };
}

/** Copies a text. A browser allows that to pages from this machine, and to those over https. */
export async function copy(text, what) {
  if (navigator.clipboard === undefined)
    throw new Error("The browser lets this page copy nothing: open it by 127.0.0.1.");
  await navigator.clipboard.writeText(text);
  say(`Copied ${what}.`);
}

const numbers = new Intl.NumberFormat("en");

/** `1 byte`, `1,234 bytes`. */
export function counted(count, noun) {
  return `${numbers.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `2026-11-27 03:12:45.123 UTC`. */
export function utc(ms) {
  return `${new Date(ms).toISOString().replace("T", " ").replace("Z", "")} UTC`;
}
