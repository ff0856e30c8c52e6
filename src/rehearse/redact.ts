/** In place of a secret's value. */
const withheld = "(withheld)";

/** Takes values out of every text of plain data: as they are, and as JSON writes them. */
export function redactData<Data>(data: Data, secrets: readonly string[]): Data {
  const forms = secrets
    .filter((secret) => secret !== "")
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  // The longest first: one may be a part of another.
  const sorted = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return sorted.length === 0 ? data : (mapped(data, sorted) as Data);
}

function mapped(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") return secrets.reduce((text, secret) => text.replaceAll(secret, withheld), value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each: unknown) => mapped(each, secrets));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapped(inner, secrets)]));
}
