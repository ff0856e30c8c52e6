/** A program for tests of the harness itself: one dynamic resource, imported by package name like the real one. */

const pulumiYaml = `name: tiny
main: infra/index.ts
runtime:
  name: nodejs
  options:
    typescript: false
`;

const packageJson = JSON.stringify({
  name: "queue-seeder",
  type: "module",
  exports: { "./lifecycle": "./infra/lifecycle.ts", "./preload": "./infra/preload.cjs" },
});

/** @param index text of the program @param lifecycle text of the module that the provider in the state imports */
export function tinyProgram(index: string, lifecycle?: string): Record<string, string> {
  return {
    "Pulumi.yaml": pulumiYaml,
    "package.json": packageJson,
    "infra/index.ts": index,
    ...(lifecycle !== undefined && { "infra/lifecycle.ts": lifecycle }),
  };
}

/** Registers one dynamic resource with the lifecycle's `create`, and exports it as `thing`. */
export const withResource = `import * as pulumi from "@pulumi/pulumi";

const stub = {
  async create(inputs) {
    return (await import("queue-seeder/lifecycle")).create(inputs);
  },
};

class Thing extends pulumi.dynamic.Resource {
  constructor(name, props) {
    super(stub, name, { seen: undefined, ...props });
  }
}

const config = new pulumi.Config("tiny");
export const plain = config.get("plain");
export const tree = config.getObject("tree");
export const length = config.get("password")?.length;
export const token = process.env.CLOUDFLARE_API_TOKEN ?? "none";
export const thing = new Thing("thing", { asked: config.get("plain") }).seen;
`;
