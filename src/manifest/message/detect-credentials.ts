import type { JsonValue, Message } from "../../types.ts";
import { quote } from "../problem/problem.ts";
import type { OnMessageProblem } from "../yaml/message-location.ts";
import type { Path } from "../yaml/source-location.ts";

/**
 * Texts that are credentials regardless of their key, by their documented formats. All quantifiers are limited: otherwise a
 * repetitive text would take quadratic time.
 */
const patterns: readonly (readonly [name: string, form: RegExp])[] = [
  ["a private key", /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/],
  ["an AWS access key", /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["a GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{50})/],
  ["a GitLab token", /\bglpat-[A-Za-z0-9_-]{20}/],
  ["a Slack token", /\bxox[abeoprs]-[A-Za-z0-9-]{10}/],
  ["a Stripe key", /\b[rs]k_live_[A-Za-z0-9]{16}/],
  ["a Google API key", /\bAIza[A-Za-z0-9_-]{35}/],
  ["an npm token", /\bnpm_[A-Za-z0-9]{36}/],
  ["a JSON Web Token", /\beyJ[A-Za-z0-9_-]{10,400}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10}/],
  ["a password in an address", /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]{1,100}:[^\s/@]{1,100}@/i],
];

/** Keys whose text is a credential, unless it is short or obviously a placeholder. */
const secretKeys =
  /^(?:.*[_-])?(?:password|passwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?token|token)$/i;
const harmless = /\$\{|^(?:x+|\*+|<.*>|example|changeme|redacted|dummy|test)/i;
const minLength = 12;

/** Warns about an id or a body that looks like a credential: both are in the repository, and bodies are sent to consumers. */
export function detectCredentials({ id, body }: Pick<Message, "id" | "body">, onProblem: OnMessageProblem): void {
  const inId = id === undefined ? undefined : matchPattern(id);
  if (inId) {
    const next = "Use an id that is not confidential: ids are visible in the stack's state.";
    onProblem("CREDENTIAL_IN_ID", { path: ["id"] }, `the id looks like ${inId}`, next);
  }
  walk(body, [], "", (path, looks) => {
    const where = path.length === 0 ? "the body" : `${quote(path.join("."))} in the body`;
    const next = 'Set it with "pulumi config set --secret", and write ${secret.NAME} here.';
    onProblem("CREDENTIAL_IN_BODY", { path: ["body", ...path] }, `${where} looks like ${looks}`, next);
  });
}

function walk(value: JsonValue, path: Path, key: string, found: (path: Path, looks: string) => void): void {
  if (typeof value === "string") {
    const looks = matchPattern(value) ?? (isSecretKey(key, value) ? "a credential" : undefined);
    if (looks) found(path, looks);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) walk(item, [...path, index], key, found);
  } else if (typeof value === "object" && value !== null) {
    for (const [inner, item] of Object.entries(value)) walk(item, [...path, inner], inner, found);
  }
}

function matchPattern(text: string): string | undefined {
  return text.length < minLength ? undefined : patterns.find(([, form]) => form.test(text))?.[0];
}

function isSecretKey(key: string, text: string): boolean {
  return text.length >= minLength && !/\s/.test(text) && secretKeys.test(key) && !harmless.test(text);
}
