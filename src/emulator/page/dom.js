/** An element with properties and children. Children that are strings become text, never markup. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/**
 * Control characters, what turns the order of the text around it, and what is not seen; lines and tabs are seen. The emulator
 * shares nothing with its client, so that it has these of its own.
 */
const hidden = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** A text in which everything is seen. */
export function visible(text) {
  return text.replace(hidden, (found) => `\\u{${found.codePointAt(0).toString(16)}}`);
}

export const byId = (id) => document.getElementById(id);

export function say(text) {
  byId("status").textContent = visible(text);
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
