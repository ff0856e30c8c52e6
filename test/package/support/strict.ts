import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { unpack } from "./install.ts";

/**
 * Installs `@company/seeds`, which depends on the package, as pnpm does without hoisting: the project's node_modules contains
 * only what the project depends on.
 */
export function installStrictly(tarball: string, project: string): void {
  const store = join(project, "node_modules/.pnpm/seeds@1.0.0");
  const seeds = join(store, "node_modules/@company/seeds");
  mkdirSync(store, { recursive: true });
  unpack(tarball, store);
  mkdirSync(seeds, { recursive: true });
  writeJson(join(seeds, "package.json"), {
    name: "@company/seeds",
    type: "module",
    exports: "./index.js",
    dependencies: { events: "*", "queue-seeder": "*" },
  });
  writeFileSync(join(seeds, "index.js"), 'export { MessageManifest } from "queue-seeder";\n');
  for (const name of ["@company/seeds", "@pulumi/pulumi"]) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(store, "node_modules", name), link);
  }
  const dependencies = { "@pulumi/pulumi": "*", "@company/seeds": "*" };
  writeJson(join(project, "package.json"), { name: "shop", private: true, type: "module", dependencies });
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, JSON.stringify(value));
}
