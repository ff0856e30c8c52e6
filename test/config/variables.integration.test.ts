import { expect, it } from "vitest";
import { createVariables } from "../../src/config/variables.ts";

const config = {
  "shop:region": "eu",
  "shop:key": "a-secret",
  "aws:zone": "b",
  "shop:list": "[1,2]",
  "shop:odd": "{no",
};
const sources = { project: "shop", root: "/", config, env: { A: "1" } };

it("names the project's configuration without its namespace, and keeps secrets apart", () => {
  const { config: plain, secrets } = createVariables({ ...sources, isSecret: (key) => key === "shop:key" });
  expect(plain).toEqual({ region: "eu", "aws:zone": "b", list: [1, 2], odd: "{no" });
  expect(secrets).toEqual(["key"]);
});

it("treats any key as both if it is unknown which are secret", () => {
  const { config: plain, secrets } = createVariables(sources);
  expect(Object.keys(plain ?? {})).toEqual(secrets);
});

it("has no commit without a repository", () => {
  expect(createVariables(sources).gitSha?.()).toBeUndefined();
});

it("contains the sizes of secrets in plain text, and nothing else of them", () => {
  const given = { ...sources, config: { "shop:key": 'é"\n' }, isSecret: () => true };
  const { secretBytes, ...rest } = createVariables({ ...given, secretsInPlain: true });
  expect(secretBytes?.("key")).toEqual({ text: 4, json: 6 });
  expect(secretBytes?.("shop:key")).toEqual({ text: 4, json: 6 });
  expect(secretBytes?.("none")).toBeUndefined();
  expect(JSON.stringify(rest)).not.toContain("é");
  expect(createVariables(given).secretBytes).toBeUndefined();
});
