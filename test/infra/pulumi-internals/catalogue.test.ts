import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { assertReliable, internals } from "./catalogue.ts";

const repository = join(import.meta.dirname, "../../..");
const folders = ["infra/pulumi-internals", "src/engine/pulumi-internals"];

const filesBelow = (folder: string) =>
  readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.[cm]?[jt]s$/.test(name))
    .map((name) => `${folder}/${name}`);

it("has a check for each file that relies on an undocumented part of Pulumi", () => {
  expect(Object.keys(internals).sort()).toEqual(folders.flatMap(filesBelow).sort());
});

/** Signs that a file relies on an undocumented part. Types of the SDK may be imported anywhere. */
const signs = {
  "a module of the SDK by its path":
    /(?<!import type .*)["']@pulumi\/(?!pulumi\/automation\/index\.js)[\w-]+\/[^"']+["']/,
  "a part of the SDK that its types omit": /rawConfig|isConfigSecret|Reflect\.get\(pulumi/,
  "how Node prepares stack traces": /Error\.(prepareStackTrace|stackTraceLimit|captureStackTrace)/,
  "the input that holds a provider": /__provider:/,
  "an undocumented variable": /PULUMI_(DEBUG_COMMANDS|ENABLE_\w+)\b/,
  "the signature of a secret": /4dabf18193072939515e22adb298388d/,
  "a gRPC method of Pulumi": /pulumirpc\.|_pb\.js/,
  "the files of a backend or of an installation": /\.pulumi\/(locks|stacks)|pulumi-language-|pulumi-resource-pulumi/,
} as const;

it.each(Object.entries(signs))("finds %s in these folders only", (_, sign) => {
  const found = ["infra", "src"]
    .flatMap(filesBelow)
    .filter((file) => sign.test(readFileSync(join(repository, file), "utf8")));
  expect(found).not.toEqual([]);
  expect(found.filter((file) => !folders.some((folder) => file.startsWith(folder)))).toEqual([]);
});

it("names what changed, the file and the symptom in a failure", async () => {
  const failing = assertReliable("infra/pulumi-internals/whole-config.ts", () => expect({}).toEqual({ a: 1 }));
  await expect(failing).rejects.toThrow(
    /what infra\/pulumi-internals\/whole-config\.ts relies on\.\nIt was: .*rawConfig.*\nUsers would notice: .*API token.*\nFound: expected/,
  );
});
