import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { parseAllDocuments } from "yaml";

/**
 * Does the minimum work of any validator: parses the manifests with `yaml` and checks them with one compiled schema.
 *
 *     node bench/validate/parse.ts FOLDER SCHEMA
 */
const [folder = "", schema = ""] = process.argv.slice(2);
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(JSON.parse(readFileSync(schema, "utf8")));
for (const file of readdirSync(folder)) {
  for (const document of parseAllDocuments(readFileSync(join(folder, file), "utf8"))) {
    if (!validate(document.toJS())) throw new Error(`${file} is not a manifest`);
  }
}
