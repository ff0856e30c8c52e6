import { join } from "node:path";
import { expect, it } from "vitest";
import { isSetByRepository } from "../../src/config/repository-environment.ts";
import { temporaryFolder, writeFiles } from "../manifest/support/fixture.ts";

const name = "CLOUDFLARE_BASE_URL";

const sets = (files: Record<string, string>, folder = ".") => {
  using root = temporaryFolder();
  writeFiles(root.path, { "Pulumi.yaml": "name: shop\n", "infra/index.ts": "", ...files });
  return isSetByRepository(join(root.path, folder), name);
};

it.each([
  [".env", `${name}=https://gateway.example\n`],
  [".env.local", `A=1\n  export ${name} = "https://gateway.example"\n`],
  [".envrc", `export ${name}=https://gateway.example`],
  ["Pulumi.yaml", `name: shop\nenvironment: { values: { environmentVariables: { ${name}: x } } }\n`],
  ["Pulumi.dev.yaml", `environment:\n  values:\n    environmentVariables:\n      ${name}: x\n`],
])("finds %s", (file, text) => {
  expect(sets({ [file]: text })).toBe(file);
  expect(sets({ [file]: text }, "infra")).toBe(file);
});

it("searches up to the root of the checkout", () => {
  using root = temporaryFolder();
  writeFiles(root.path, { ".git/HEAD": "", ".env": `${name}=x`, "apps/seeds/Pulumi.yaml": "name: shop\n" });
  expect(isSetByRepository(join(root.path, "apps/seeds"), name)).toBe("../../.env");
});

it.each([
  [".env", `# ${name}=x\nMY_${name}=x\n${name}_OLD=x\n`],
  ["Pulumi.dev.yaml", `environment: [shop/dev]\nconfig:\n  shop:note: ${name}\n`],
  ["Pulumi.dev.yaml", "environment: [\n"],
  ["docs/.env", `${name}=x`],
])("ignores %s that does not set it", (file, text) => {
  expect(sets({ [file]: text })).toBeUndefined();
});
