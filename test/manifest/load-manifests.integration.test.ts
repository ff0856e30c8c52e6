import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatDiagnostic, loadManifests } from "../../src/manifest/index.ts";
import { inlineMessages, loadFiles, temporaryFolder, writeFiles } from "./support/fixture.ts";

const one = "queue: orders\nmessages:\n  - body: 1\n";

describe("loadManifests", () => {
  it("reads everything that a manifest can contain", async () => {
    const { manifests, problems } = await loadFiles(
      {
        "messages/customers.yaml": `stacks: [prod]\n${one}`,
        "messages/shop/orders.yaml": `queue: orders
push: on_change
in_doubt: stop
stacks: [dev, "review-*"]
moved_from: [orders, old/orders]
after: [customers]
requires: { consumer: true, max_backlog: 100 }
defaults: { content_type: text, delay_seconds: 30 }
messages:
  - id: first
    body: plain words
  - body: { order: 1, "größe": [1.5, true, null] }
    content_type: json
    delay_seconds: 0
`,
      },
      { stack: "dev" },
    );
    expect(problems).toEqual([]);
    const file = "messages/shop/orders.yaml";
    expect(manifests).toEqual([
      {
        name: "shop/orders",
        queue: "orders",
        push: "on_change",
        inDoubt: "stop",
        stacks: ["dev", "review-*"],
        after: ["customers"],
        requires: { consumer: true, notPaused: false, maxBacklog: 100 },
        formerNames: ["orders", "old/orders"],
        formerNamesAt: { file, line: 5, column: 13 },
        dedupField: undefined,
        location: { file, line: 1, column: 1 },
        content: {
          kind: "inline",
          messages: [
            {
              id: "first",
              body: "plain words",
              contentType: "text",
              delaySeconds: 30,
              location: { file, line: 10, column: 5 },
            },
            {
              id: undefined,
              body: { order: 1, größe: [1.5, true, null] },
              contentType: "json",
              delaySeconds: 0,
              location: { file, line: 12, column: 5 },
            },
          ],
        },
      },
    ]);
  });

  it("applies the stack's policy for messages in doubt to manifests without one", async () => {
    const files = { "messages/a.yaml": one, "messages/b.yaml": `in_doubt: resend\n${one}` };
    const { manifests } = await loadFiles(files, { inDoubt: "stop" });
    expect(manifests.map(({ inDoubt }) => inDoubt)).toEqual(["stop", "resend"]);
  });

  it("orders manifests by path, and names them by path, number or name", async () => {
    const { manifests } = await loadFiles({
      "messages/b.yml": one,
      "messages/a/z.yaml": `${one}---\n${one}---\nname: own\n${one}`,
      "messages/Z.yaml": one,
      "messages/schemas/order.json": "{}",
      "messages/data.ndjson": "{}",
      "messages/.git/x.yaml": "broken: [",
    });
    expect(manifests.map(({ name }) => name)).toEqual(["Z", "a/z", "a/z#2", "own", "b"]);
  });

  it("selects by the stack, and still checks the others", async () => {
    const files = {
      "messages/dev.yaml": `stacks: [dev]\n${one}`,
      "messages/prod.yaml": `stacks: [prod]\n${one}`,
      "messages/all.yaml": one,
      "messages/broken.yaml": "stacks: [prod]\nqueue: orders\n",
    };
    const { manifests, skipped, problems } = await loadFiles(files, { stack: "dev" });
    expect(manifests.map(({ name }) => name)).toEqual(["all", "dev"]);
    expect(skipped.map(({ name }) => name)).toEqual(["prod"]);
    expect(problems.map(formatDiagnostic)).toEqual([
      'messages/broken.yaml:1:1 MISSING_KEY: the manifest has no key "messages". Add "messages: …" with the messages themselves, or "source: …" with a data file.',
    ]);
    expect((await loadFiles(files)).manifests).toHaveLength(3);
  });

  it("reports everything at once, with what cannot be read, and keeps no broken manifest", async () => {
    const { manifests, problems } = await loadFiles({
      "messages/a.yaml": `qeue: orders
push: always
messages:
  - body: 007
  - bdy: 1
  - id: a
    body: !x 1
  - id: a
    body: 1
    delay_seconds: -1
`,
    });
    expect(manifests).toEqual([]);
    expect(problems.map(({ code, location }) => `${location.line}:${location.column} ${code}`)).toEqual([
      "1:1 UNKNOWN_KEY",
      "2:7 VALUE_NOT_ALLOWED",
      "4:11 NUMBER_NOT_EXACT",
      "5:5 UNKNOWN_KEY",
      "7:11 UNKNOWN_TAG",
      "10:20 VALUE_NOT_ALLOWED",
    ]);
  });

  it("repeats a value by an alias, and places its problems where it was written", async () => {
    const { manifests } = await loadFiles({
      "messages/a.yaml": "queue: q\nmessages:\n  - body: &b { a: [1] }\n  - body: { first: *b, second: *b }\n",
    });
    expect(inlineMessages(manifests[0])[1]?.body).toEqual({ first: { a: [1] }, second: { a: [1] } });
    const { problems } = await loadFiles({
      "messages/a.yaml": "queue: q\nmessages:\n  - body: &b { a: 01 }\n  - body: *b\n",
    });
    expect(problems.map(({ location }) => location.line)).toEqual([3]);
  });

  it("keeps no manifest that has an error, wherever it was found", async () => {
    const schema = "queue: q\nbody_schema: broken.json\nmessages:\n  - body: 1\n";
    const { manifests, problems } = await loadFiles({
      "messages/number.yaml": `${one}---\nname: second\nqueue: q\nmessages:\n  - body: 007\n`,
      "messages/schema-1.yaml": schema,
      "messages/schema-2.yaml": schema,
      "messages/broken.json": "{",
    });
    expect(manifests.map(({ name }) => name)).toEqual(["number"]);
    expect(problems.map(({ code }) => code)).toEqual(["BODY_SCHEMA_INVALID", "NUMBER_NOT_EXACT"]);
  });

  it("silences a warning at its location only, and no error", async () => {
    const silent = "# queue-seeder: allow AMBIGUOUS_WORD";
    const { problems } = await loadFiles({
      "messages/a.yaml": `queue: q
messages:
  - body: yes ${silent} (because)
  ${silent}
  - body: no
  - body: on
  - body: 01 # queue-seeder: allow NUMBER_NOT_EXACT
`,
    });
    expect(problems.map(({ code, location }) => `${location.line} ${code}`)).toEqual([
      "6 AMBIGUOUS_WORD",
      "7 NUMBER_NOT_EXACT",
      "7 ALLOW_UNKNOWN",
    ]);
  });

  it("keeps a hundred problems per file, and counts the others", async () => {
    const { problems, omitted } = await loadFiles({
      "messages/a.yaml": `queue: orders\nmessages:\n${"  - body: 01\n".repeat(250)}`,
    });
    expect(problems).toHaveLength(100);
    expect(omitted).toBe(150);
  });

  it("reads a folder of another name, single files, and refuses those outside", async () => {
    const files = { "seed/a.yaml": one, "seed/b.yaml": "broken: [" };
    expect((await loadFiles(files, { folder: "seed" })).problems).toHaveLength(1);
    const { manifests, problems } = await loadFiles(files, { folder: "seed", files: ["seed/a.yaml"] });
    expect([manifests.map(({ name }) => name), problems]).toEqual([["a"], []]);
    const outside = await loadFiles(files, { files: ["../../../etc/hostname", "seed/none.yaml"] });
    expect(outside.problems.map(({ code }) => code)).toEqual(["OUTSIDE_REPOSITORY", "FILE_UNREADABLE"]);
  });

  it("does not wait for a pipe", async () => {
    using root = temporaryFolder();
    writeFiles(root.path, { "messages/a.yaml": one });
    execFileSync("mkfifo", [join(root.path, "messages/pipe.yaml")]);
    const all = await loadManifests({ root: root.path });
    const single = await loadManifests({ root: root.path, files: ["messages/pipe.yaml"] });
    expect([all, single].flatMap(({ problems }) => problems.map(({ code }) => code))).toEqual([
      "FILE_UNREADABLE",
      "FILE_UNREADABLE",
    ]);
  });

  it("reports a broken link once if a manifest names it, and not otherwise", async () => {
    using root = temporaryFolder();
    writeFiles(root.path, { "messages/a.yaml": "queue: orders\nsource: { file: loop.ndjson }\n" });
    for (const name of ["loop.ndjson", "notes.txt", "folder", "b.yaml"]) {
      symlinkSync(name, join(root.path, "messages", name));
    }
    const { problems } = await loadManifests({ root: root.path });
    expect(problems.map(({ code, location }) => `${location.file}:${location.line} ${code}`)).toEqual([
      "messages/a.yaml:2 FILE_UNREADABLE",
      "messages/b.yaml:1 FILE_UNREADABLE",
      "messages/folder:1 FILE_UNREADABLE",
    ]);
  });

  it("follows links inside the repository, each folder once", async () => {
    using root = temporaryFolder();
    writeFiles(root.path, { "messages/a.yaml": one, "shared/b.yaml": one });
    symlinkSync("../shared", join(root.path, "messages/shared"));
    symlinkSync("..", join(root.path, "shared/loop"));
    const { manifests, problems } = await loadManifests({ root: root.path });
    expect([manifests.map(({ name }) => name), problems]).toEqual([["a", "shared/b"], []]);
  });
});
