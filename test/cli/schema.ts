import { readFileSync } from "node:fs";
import { Ajv } from "ajv";

const names = ["plan", "rehearse", "run", "status", "up"] as const;
let compiled: Ajv | undefined;

/** Validates a document against a schema of docs/schemas. @returns the problems */
export function problemsWith(name: (typeof names)[number], document: unknown): readonly string[] {
  compiled ??= compile();
  const valid = compiled.validate(`${name}.schema.json`, document);
  return valid ? [] : (compiled.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function compile(): Ajv {
  const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
  for (const name of names) {
    const file = new URL(`../../docs/schemas/${name}.schema.json`, import.meta.url);
    ajv.addSchema(JSON.parse(readFileSync(file, "utf8")), `${name}.schema.json`);
  }
  return ajv;
}
