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
