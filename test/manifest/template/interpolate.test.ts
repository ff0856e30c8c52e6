import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fillSecrets, formatDiagnostic, type LoadOptions, SecretError } from "../../../src/manifest/index.ts";
import type { JsonValue, Message } from "../../../src/types.ts";
import { inlineMessages, loadFiles } from "../support/fixture.ts";

const options = {
  stack: "dev",
  variables: {
    project: "shop",
    config: { region: "eu", "aws:region": "eu-1", shop: { names: ["Süd"], open: true }, "a.b": 1, delay: "60" },
    secrets: ["token", "pin"],
    env: { BUILD: "12", OTHER: "not listed" },
    gitSha: () => "abc123",
  },
} as const satisfies Omit<LoadOptions, "root">;

async function messagesOf(messages: string, with_: Omit<LoadOptions, "root"> = options): Promise<readonly Message[]> {
  const text = `queue: orders\npush: on_change\nenv: [BUILD]\ndefaults: { content_type: json }\nmessages:\n${messages}`;
  const { manifests, problems } = await loadFiles({ "messages/a.yaml": text }, with_);
  expect(problems).toEqual([]);
  return inlineMessages(manifests[0]);
}

/** Returns the body of one message, written like this in YAML on one line. */
async function bodyOf(written: string): Promise<JsonValue | undefined> {
  return (await messagesOf(`  - body: ${written} # queue-seeder: allow LITERAL_VARIABLE\n`))[0]?.body;
}

describe("variables", () => {
  it.each([
    ['"${stack} of ${project} at ${git.sha}, build ${env.BUILD}"', "dev of shop at abc123, build 12"],
    ['"${ stack }"', "dev"],
    ['"${config.region}/${config.aws:region}/${config.shop.names.0}"', "eu/eu-1/Süd"],
    ['"${config.a.b}"', 1],
    ['"${config.shop.open}"', true],
    ['"open: ${config.shop.open}"', "open: true"],
    ['{ shop: "${config.shop}", "n": ["${stack}"] }', { shop: { names: ["Süd"], open: true }, n: ["dev"] }],
    ['"$${stack} costs $5, $$${stack}, $${${stack}}"', "${stack} costs $5, $${stack}, ${dev}"],
  ])("%s becomes %j", async (written, body) => {
    expect(await bodyOf(written)).toEqual(body);
  });

  it("may be in ids and delays, and become text if a text is expected", async () => {
    const messages = await messagesOf(`  - id: "\${stack}-1"
    body: "\${config.a.b}"
    content_type: text
    delay_seconds: \${config.delay}
`);
    expect(messages[0]).toMatchObject({ id: "dev-1", body: "1", delaySeconds: 60 });
  });

  it("that are unknown stay unchanged if no stack is chosen", async () => {
    const written =
      "  - body: ${config.region} ${stack} ${git.sha}\n    for_each: ${config.list}\n  - body: ${env.BUILD}\n";
    const messages = await messagesOf(`${written}    delay_seconds: \${config.delay}\n`, {});
    expect(messages.map(({ body, delaySeconds }) => [body, delaySeconds])).toEqual([["${env.BUILD}", undefined]]);
  });

  it("are not replaced in the values of variables", async () => {
    const config = { region: "${secret.token}" };
    const variables = { ...options.variables, config };
    const [message] = await messagesOf("  - body: ${config.region}\n", { stack: "dev", variables });
    expect(message).toMatchObject({ body: "${secret.token}" });
    expect(message).not.toHaveProperty("secrets");
  });
});

describe("for_each", () => {
  it("repeats for each item of a list, in its order", async () => {
    const messages = await messagesOf(`  - for_each: [{ id: a, n: 1.5 }, { id: b, n: "\${config.shop.open}" }]
    id: order-\${item.id}
    body: { n: "\${item.n}", item: "\${item}", at: "\${index}" }
`);
    expect(messages.map(({ id, body }) => [id, body])).toEqual([
      ["order-a", { n: 1.5, item: { id: "a", n: 1.5 }, at: 0 }],
      ["order-b", { n: true, item: { id: "b", n: true }, at: 1 }],
    ]);
  });

  it("repeats by a count, also if a variable gives the count or the list", async () => {
    expect((await messagesOf("  - { for_each: 3, body: '${item}' }\n")).map(({ body }) => body)).toEqual([0, 1, 2]);
    expect(await messagesOf('  - { for_each: "${config.delay}", body: 1 }\n')).toHaveLength(60);
    expect(await messagesOf('  - { for_each: "${config.shop.names}", body: 1 }\n')).toHaveLength(1);
  });
});

describe("sizes with secrets", () => {
  const secretBytes = (text: string) => ({
    text: Buffer.byteLength(text),
    json: Buffer.byteLength(JSON.stringify(text)) - 2,
  });
  const check = async (secret: string, type: string, text: string) => {
    const files = {
      "messages/a.yaml": `queue: q\nmessages:\n  - content_type: ${type}\n    body: "${text}\${secret.token}"\n`,
    };
    const variables = { ...options.variables, secretBytes: () => secretBytes(secret) };
    const { problems } = await loadFiles(files, { stack: "dev", variables });
    return problems.filter(({ severity }) => severity === "error").map(formatDiagnostic);
  };

  it.each([
    ["text", 127_900],
    ["json", 127_898],
  ])("are exact in a body of %s", async (type, room) => {
    const secret = 'a "quoted" é';
    const { text, json } = secretBytes(secret);
    const rest = room - (type === "text" ? text : json);
    expect(await check(secret, type, "x".repeat(rest))).toEqual([]);
    const [logged, ...more] = await check(secret, type, "x".repeat(rest + 1));
    expect(logged).toMatch(
      /^messages\/a\.yaml:4:11 BODY_TOO_LARGE: with its secrets, the body has more than the 127900 bytes/,
    );
    expect(more).toEqual([]);
  });
});

it("an id that a variable gives control characters is refused", async () => {
  const files = { "messages/a.yaml": "queue: q\nmessages:\n  - { id: 'a${config.tail}', body: 1 }\n" };
  const { problems } = await loadFiles(files, { stack: "dev", variables: { config: { tail: "\u001b[2J" } } });
  expect(problems.map(formatDiagnostic)).toEqual([expect.stringMatching(/:3:\d+ VALUE_NOT_ALLOWED: the id .*u\{1b\}/)]);
});

describe("secrets", () => {
  const secrets = new Map([
    ["secret.token", "${secret.pin}$&"],
    ["secret.pin", "42"],
  ]);

  it("are placeholders until the push, and literals that look like them stay literals", async () => {
    const [message] = await messagesOf(
      '  - body: { auth: ["Bearer ${secret.token}", "$${secret.token} ${secret.pin}${secret.pin}"], b: 1 } # queue-seeder: allow LITERAL_VARIABLE\n',
    );
    if (message === undefined) throw new Error("no message");
    expect(message.body).toEqual({
      auth: ["Bearer ${secret.token}", "${secret.token} ${secret.pin}${secret.pin}"],
      b: 1,
    });
    expect(fillSecrets(message, secrets).body).toEqual({
      auth: ["Bearer ${secret.pin}$&", "${secret.token} 4242"],
      b: 1,
    });
    expect(fillSecrets(message, secrets)).not.toHaveProperty("secrets");
  });

  it("fill a whole text, and leave a message without any unchanged", async () => {
    const [text, none] = await messagesOf("  - body: ${secret.pin}\n    content_type: text\n  - body: [1]\n");
    if (text === undefined || none === undefined) throw new Error("no messages");
    expect(fillSecrets(text, secrets)).toMatchObject({ body: "42", secretValues: ["42"] });
    expect(fillSecrets(none, secrets)).toEqual(none);
  });

  it("that are missing are an error that names them, and no other's value", async () => {
    const [message] = await messagesOf("  - body: ${secret.pin} ${secret.token}\n");
    if (message === undefined) throw new Error("no message");
    const filling = () => fillSecrets(message, new Map([["secret.token", "hidden"]]));
    expect(filling).toThrow(SecretError);
    expect(filling).toThrow(/SECRET_MISSING: .*"pin"/);
    expect(filling).not.toThrow(/hidden/);
  });

  it("are never inserted into a body other than the one that was read", async () => {
    const [message] = await messagesOf("  - body: { a: [x, '${secret.pin}'] }\n");
    if (message === undefined) throw new Error("no message");
    for (const body of ["x", { a: ["x"] }, { b: 1 }, { a: ["x", "y"] }, null]) {
      expect(() => fillSecrets({ ...message, body }, secrets)).toThrow(SecretError);
    }
  });
});

it("a text with escaped ${ is restored, whatever it is", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("$", "{", "}", "${", "stack", "secret.token", "x"), { maxLength: 12 }),
      async (pieces) => {
        const text = pieces.join("");
        expect(await bodyOf(JSON.stringify(text.replaceAll("${", () => "$${")))).toBe(text);
      },
    ),
    { numRuns: 60 },
  );
});
