/** Creates an element with properties and children. Strings become text, never markup. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/**
 * Control, bidirectional and invisible characters, except line feeds and tabs. The emulator shares no code with its client,
 * so it has its own list.
 */
const hidden = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** Replaces hidden characters with visible escapes. */
export function visible(text) {
  return text.replace(hidden, (found) => `\\u{${found.codePointAt(0).toString(16)}}`);
}

export const byId = (id) => document.getElementById(id);

export function say(text) {
  byId("status").textContent = visible(text);
}

/** Runs the action of a control, and shows its errors on the page. */
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

/** Copies a text. Browsers allow this only to pages from this machine and over https. */
export async function copy(text, what) {
  if (navigator.clipboard === undefined)
    throw new Error("The browser does not allow this page to copy: open it at 127.0.0.1.");
  await navigator.clipboard.writeText(text);
  say(`Copied ${what}.`);
}

const numbers = new Intl.NumberFormat("en");

/** Formats a count: `1 byte`, `1,234 bytes`. */
export function counted(count, noun) {
  return `${numbers.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Formats a time: `2026-11-27 03:12:45.123 UTC`. */
export function utc(ms) {
  return `${new Date(ms).toISOString().replace("T", " ").replace("Z", "")} UTC`;
}
