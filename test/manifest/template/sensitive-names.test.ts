import { describe, expect, it } from "vitest";
import { fillSecrets, formatDiagnostic, isSensitiveName } from "../../../src/manifest/index.ts";
import { inlineMessages, loadFiles } from "../support/fixture.ts";

const value = "hunter2-and-more";
const env = { DEPLOY_TOKEN: value, COUNT_SECRET: "7", REGION: "eu" };
const dev = { stack: "dev", variables: { project: "shop", config: {}, secrets: [], env } } as const;

const load = (text: string, files: Record<string, string> = {}, options: Parameters<typeof loadFiles>[1] = dev) =>
  loadFiles(
    { "messages/a.yaml": `queue: orders\nenv: [DEPLOY_TOKEN, COUNT_SECRET, REGION, MISSING_TOKEN]\n${text}`, ...files },
    options,
  );

describe("a variable that is named like a secret", () => {
  it.each([
    ["an id", 'messages: [{ id: "${env.DEPLOY_TOKEN}", body: 1 }]'],
    ["a part of an id", 'messages: [{ id: "a ${env.REGION} ${env.DEPLOY_TOKEN}", body: 1 }]'],
    ["an id with spaces in the variable", 'messages: [{ id: "${ env.DEPLOY_TOKEN }", body: 1 }]'],
    ["an id of a repetition", 'messages: [{ id: "${index} ${env.DEPLOY_TOKEN}", for_each: [1, 2], body: 1 }]'],
    ["an id, in brackets", `messages: [{ id: '\${env["DEPLOY_TOKEN"]}', body: 1 }]`],
    ["a delay", 'messages: [{ delay_seconds: "${env.COUNT_SECRET}", body: 1 }]'],
    ["the delay of all", 'defaults: { delay_seconds: "${env.COUNT_SECRET}" }\nmessages: [{ body: 1 }]'],
    ["a count of repetitions", 'messages: [{ for_each: "${env.COUNT_SECRET}", body: 1 }]'],
    ["a list of repetitions", 'messages: [{ for_each: ["${env.DEPLOY_TOKEN}"], id: "${item}", body: "${item}" }]'],
    ["a text inside of a list", 'messages: [{ for_each: [{ a: ["x${env.DEPLOY_TOKEN}"] }], body: "${item.a.0}" }]'],
    ["an id of rows", 'source: { file: rows.ndjson, map: { id: "${env.DEPLOY_TOKEN}-${index}", body: 1 } }'],
    ["a delay of rows", 'source: { file: rows.ndjson, map: { delay_seconds: "${env.COUNT_SECRET}", body: 1 } }'],
    ["an id, without a value", 'messages: [{ id: "${env.MISSING_TOKEN}", body: 1 }]'],
  ])("is refused in %s, also if no stack is chosen", async (_, text) => {
    for (const options of [dev, {}]) {
      const { problems } = await load(text, { "rows.ndjson": "{}\n" }, options);
      expect(problems.map(({ code }) => code)).toContain("VARIABLE_NOT_HERE");
      const said = problems.map(formatDiagnostic).join("\n");
      expect(said).toMatch(
        /the environment variable "\w+" has the name of a secret, and its value would be visible here/,
      );
      expect(said).not.toContain(value);
    }
  });

  it("stays in a body as a name until the push, and is not part of the message's identity", async () => {
    const text = 'messages: [{ body: { a: ["Bearer ${env.DEPLOY_TOKEN}!", "${env.COUNT_SECRET}"] } }]';
    const { manifests, problems } = await load(text);
    expect(problems).toEqual([]);
    const [message] = inlineMessages(manifests[0]);
    if (message === undefined) throw new Error("no message");
    expect(message.body).toEqual({ a: ["Bearer ${env.DEPLOY_TOKEN}!", "${env.COUNT_SECRET}"] });
    const values = new Map(Object.entries(env).map(([name, each]) => [`env.${name}`, each]));
    expect(fillSecrets(message, values)).toMatchObject({
      body: { a: [`Bearer ${value}!`, "7"] },
      secretValues: [value, "7"],
    });
    expect(() => fillSecrets(message, new Map([["env.DEPLOY_TOKEN", value]]))).toThrow(
      'SECRET_MISSING: the environment has no variable "COUNT_SECRET"',
    );
  });

  it("is filled in, in any spelling", async () => {
    const options = { stack: "dev", variables: { ...dev.variables, secrets: ["a.b"] } };
    const text = `messages: [{ body: '\${env["DEPLOY_TOKEN"]} \${ env.DEPLOY_TOKEN } \${secret["a.b"]}' }]`;
    const { manifests, problems } = await load(text, {}, options);
    expect(problems).toEqual([]);
    const [message] = inlineMessages(manifests[0]);
    if (message === undefined) throw new Error("no message");
    const values = new Map([
      ["env.DEPLOY_TOKEN", value],
      ["secret.a.b", "s"],
    ]);
    expect(fillSecrets(message, values).body).toBe(`${value} ${value} s`);
  });

  it("needs a value that fits into the body", async () => {
    const missing = await load('messages: [{ body: "${env.MISSING_TOKEN}" }]');
    expect(missing.problems.map(({ code }) => code)).toEqual(["VARIABLE_UNDEFINED"]);
    const large = { ...dev.variables, env: { DEPLOY_TOKEN: "x".repeat(128_000) } };
    const { problems } = await load(
      'messages: [{ body: "${env.DEPLOY_TOKEN}" }]',
      {},
      { stack: "dev", variables: large },
    );
    expect(problems.map(formatDiagnostic).join("\n")).toMatch(
      /BODY_TOO_LARGE: with its secrets, the body has more than/,
    );
  });
});

it.each([
  "DEPLOY_TOKEN",
  "GITHUB_TOKEN",
  "tokenValue",
  "CLIENT_SECRET",
  "DB_PASSWORD",
  "PASSWD",
  "PULUMI_CONFIG_PASSPHRASE",
  "AWS_ACCESS_KEY_ID",
  "APIKEY",
  "api_key",
  "SSH_PRIVATE_KEY",
  "DB_PWD",
  "MYSQL_PASS",
  "GITHUB_PAT",
  "SENTRY_DSN",
  "NPM_AUTH",
  "SESSION_COOKIE",
  "SIGNING_KEY",
  "ENCRYPTION_KEY_V2",
  "AZURE_STORAGE_CONNECTION_STRING",
  "DATABASE_URL",
  "REDIS_URL",
  "GOOGLE_APPLICATION_CREDENTIALS",
  "ID_JWT",
])("%s is named like a secret", (name) => expect(isSensitiveName(name)).toBe(true));

it.each([
  "BUILD",
  "RELEASE",
  "PWD",
  "OLDPWD",
  "REGION",
  "COMPASS",
  "PATH",
  "AUTHOR",
  "PATTERN",
  "KEYBOARD",
  "CACHE_KEY",
  "PAGE_URL",
  "PASS_RATE",
  "SPIN",
  "GIT_COMMIT",
  "STAGE",
  "DSNAME",
])("%s is not", (name) => expect(isSensitiveName(name)).toBe(false));
