import { truncate } from "../../../format.ts";
import { isSensitiveName } from "../../../manifest/index.ts";
import type { Message } from "../../../types.ts";
import type { Sample } from "./model.ts";

/** Maximum number of messages that a plan shows per manifest, and of characters per message: a sample, not a copy. */
export const sampleMessages = 3;
const sampleCharacters = 200;

/** Shorter values are not hidden, because they would often match unrelated text. */
const sensitiveLength = 6;

/**
 * Creates a sample of a message for a plan. Secrets of the stack's configuration are not resolved, so only their names appear.
 * Values of environment variables with sensitive names are replaced by the names.
 *
 * @param label the message's id, or `#` and its number
 */
export function createSample(message: Message, label: string, env: NodeJS.ProcessEnv): Sample {
  const { body, contentType, delaySeconds } = message;
  const full = contentType === "text" && typeof body === "string" ? body : JSON.stringify(body);
  const text = hideSensitive(full, env);
  const shown = truncate(text, sampleCharacters);
  return {
    label,
    contentType,
    delaySeconds: delaySeconds ?? null,
    body: shown,
    cut: shown.length < text.length,
  };
}

function hideSensitive(text: string, env: NodeJS.ProcessEnv): string {
  return Object.entries(env)
    .filter(([name, value = ""]) => isSensitiveName(name) && value.length >= sensitiveLength)
    .reduce((shown, [name, value = ""]) => {
      const escaped = JSON.stringify(value).slice(1, -1);
      return shown.replaceAll(value, `\${env.${name}}`).replaceAll(escaped, `\${env.${name}}`);
    }, text);
}
