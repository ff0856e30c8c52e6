/** Replacement for a secret's value. */
const withheld = "(withheld)";

/** Replaces secret values in all strings of plain data, both verbatim and JSON-escaped. */
export function redactData<Data>(data: Data, secrets: readonly string[]): Data {
  const forms = secrets
    .filter((secret) => secret !== "")
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  // The longest first, since one secret may contain another.
  const sorted = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return sorted.length === 0 ? data : (mapped(data, sorted) as Data);
}

function mapped(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") return secrets.reduce((text, secret) => text.replaceAll(secret, withheld), value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each: unknown) => mapped(each, secrets));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapped(inner, secrets)]));
}
