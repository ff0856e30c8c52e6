import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findEngine, listRejectedEngines } from "../../src/engine/find-engine.ts";
import { fakeEngine, fakeLauncher, writeScript } from "../scripts/support/fakes.ts";

let dir: string;
let home: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "queue-seeder-find-"));
  home = join(dir, "home");
});

afterEach(() => rmSync(dir, { recursive: true }));

function find(...path: string[]): ReturnType<typeof findEngine> {
  return findEngine({ PATH: path.join(":"), PULUMI_HOME: home });
}

function refused(...path: string[]): string[] {
  return listRejectedEngines({ PATH: path.join(":"), PULUMI_HOME: home }).map(({ reason }) => reason);
}

describe("on PATH", () => {
  test("the first one that is new enough and complete is used, before the home's", () => {
    const [old, good, later] = ["old", "good", "later"].map((name) => join(dir, name)) as [string, string, string];
    fakeEngine(old, "3.99.0");
    fakeEngine(good, "3.251.2");
    fakeEngine(later, "3.260.0");
    fakeEngine(join(home, "versions/3.250.0/bin"), "3.250.0");
    expect(find(old, good, later)).toEqual({
      pulumi: join(good, "pulumi"),
      binDir: good,
      version: "3.251.2",
      from: "path",
    });
    expect(refused(old, good)).toEqual(["it is 3.99.0, older than 3.250.0"]);
  });

  test("its plugins may be elsewhere on PATH, or next to the target of a link", () => {
    fakeEngine(join(dir, "cli"), "3.250.0", ["pulumi-language-nodejs"]);
    expect(find(join(dir, "cli"))).toBeUndefined();
    expect(refused(join(dir, "cli"))).toEqual(["pulumi-resource-pulumi-nodejs is neither next to it nor on the PATH"]);
    writeScript(join(dir, "plugins/pulumi-resource-pulumi-nodejs"), "#!/bin/sh\n");
    expect(find(join(dir, "cli"), join(dir, "plugins"))).toMatchObject({ from: "path" });

    const real = fakeEngine(join(dir, "cellar"), "3.250.0");
    mkdirSync(join(dir, "links"));
    symlinkSync(real, join(dir, "links/pulumi"));
    expect(find(join(dir, "links"))).toMatchObject({ binDir: join(dir, "links"), from: "path" });
  });

  test.each([
    ["fails", "#!/bin/sh\nexit 1\n"],
    ["says something else", "#!/bin/sh\necho hello\n"],
  ])("an engine that %s is refused", (_, text) => {
    fakeEngine(join(dir, "cli"), "3.250.0");
    writeScript(join(dir, "cli/pulumi"), text);
    expect(find(join(dir, "cli"))).toBeUndefined();
    expect(refused(join(dir, "cli"))).toEqual(["it does not say its version"]);
  });

  test("a file that cannot be run is not an engine", () => {
    for (const name of ["empty", "no-bit"]) fakeEngine(join(dir, name), "3.250.0");
    writeFileSync(join(dir, "empty/pulumi"), "");
    chmodSync(join(dir, "no-bit/pulumi"), 0o644);
    mkdirSync(join(dir, "folder/pulumi"), { recursive: true });
    expect(find(join(dir, "empty"), join(dir, "no-bit"), join(dir, "folder"), join(dir, "absent"), "", ".")).toBe(
      undefined,
    );
  });

  test("Pulumi's npm launcher is not the CLI, and is never run", () => {
    const trace = join(dir, "it-ran");
    const bin = fakeLauncher(join(dir, "node_modules"), trace);
    for (const plugin of ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"]) {
      writeScript(join(dir, "plugins", plugin), "#!/bin/sh\n");
    }
    // As npm links a global installation, and as pnpm writes its scripts.
    mkdirSync(join(dir, "global"));
    symlinkSync(join(dir, "node_modules/pulumi/run.js"), join(dir, "global/pulumi"));
    writeScript(join(dir, "pnpm/pulumi"), `#!/bin/sh\nexec sh "${dir}/node_modules/pulumi/run.js" "$@"\n`);
    const path = [bin, join(dir, "global"), join(dir, "pnpm"), join(dir, "plugins")];
    expect(find(...path)).toBeUndefined();
    expect(existsSync(trace)).toBe(false);
  });
});

describe("in Pulumi's home", () => {
  const versioned = (version: string) => join(home, "versions", version, "bin");

  test("the launcher's version comes first, then the newest; the folder's name is believed, the CLI not run", () => {
    for (const version of ["3.99.0", "3.251.0", "3.1000.0"]) fakeEngine(versioned(version), version);
    expect(find()).toMatchObject({ version: "3.1000.0", from: "home" });
    fakeEngine(versioned("3.250.0"), "3.250.0");
    writeScript(join(versioned("3.250.0"), "pulumi"), `#!/bin/sh\necho > '${dir}/it-ran'\n`);
    expect(find()).toMatchObject({ version: "3.250.0", binDir: versioned("3.250.0"), from: "home" });
    expect(find(versioned("3.250.0"))).toMatchObject({ version: "3.250.0", from: "path" });
    expect(existsSync(join(dir, "it-ran"))).toBe(false);
  });

  test("an empty file, as a broken download may leave, is not an engine", () => {
    fakeEngine(versioned("3.250.0"), "3.250.0");
    writeFileSync(join(versioned("3.250.0"), "pulumi"), "");
    expect(find()).toBeUndefined();
  });

  test("a folder without the plugins is refused, and others are looked at", () => {
    fakeEngine(versioned("3.250.0"), "3.250.0", []);
    fakeEngine(versioned("3.251.0"), "3.251.0");
    mkdirSync(join(home, "versions/.building-abc/bin"), { recursive: true });
    expect(find()).toMatchObject({ version: "3.251.0" });
  });

  test("the official installer's folder counts", () => {
    expect(find()).toBeUndefined();
    fakeEngine(join(home, "bin"), "3.252.0");
    expect(find()).toEqual({
      pulumi: join(home, "bin/pulumi"),
      binDir: join(home, "bin"),
      version: "3.252.0",
      from: "home",
    });
  });

  test("it is ~/.pulumi if PULUMI_HOME is not set", () => {
    fakeEngine(join(dir, ".pulumi/versions/3.250.0/bin"), "3.250.0");
    expect(findEngine({ HOME: dir })).toMatchObject({ version: "3.250.0" });
    expect(findEngine({ HOME: dir, PULUMI_HOME: "" })).toMatchObject({ version: "3.250.0" });
  });

  test("an unreadable home is an error, not an absent one", () => {
    mkdirSync(home);
    writeFileSync(join(home, "versions"), "a file");
    expect(() => find()).toThrow(/ENOTDIR/);
  });
});
