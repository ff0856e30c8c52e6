import { truncate } from "../../../format.ts";
import { isSensitiveName } from "../../../manifest/index.ts";
import type { Message } from "../../../types.ts";
import type { Sample } from "./model.ts";

/** Messages of a manifest that a plan shows, and characters of each: a look at them, not a copy. */
export const sampleMessages = 3;
const sampleCharacters = 200;

/** Shorter ones would also be found where nobody meant them. */
const sensitiveLength = 6;

/**
 * A message as a plan shows it. Secrets of the stack's configuration are not filled in, so they stand there by name; the
 * values of environment variables that look like secrets are taken out.
 *
 * @param label what people know it by
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
