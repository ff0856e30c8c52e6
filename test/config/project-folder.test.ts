import { join } from "node:path";
import { expect, it } from "vitest";
import { findProjectFolder } from "../../src/config/project-folder.ts";
import { temporaryFolder, writeFiles } from "../manifest/support/fixture.ts";

it("returns the folder whose Pulumi.yaml names the project, or else the first", () => {
  using root = temporaryFolder();
  const [one, two, three] = ["one", "two", "three"].map((name) => join(root.path, name));
  writeFiles(root.path, {
    "one/Pulumi.yaml": "name: one\n",
    "two/Pulumi.yml": "name: two\n",
    "three/Pulumi.json": '{ "name": "three" }',
    "broken/Pulumi.yaml": "name: [",
  });
  const folders = [join(root.path, "broken"), one, two, three].filter((folder) => folder !== undefined);
  expect(findProjectFolder("one", folders)).toBe(one);
  expect(findProjectFolder("two", folders)).toBe(two);
  expect(findProjectFolder("three", folders)).toBe(three);
  expect(findProjectFolder("another", folders)).toBe(folders[0]);
  expect(findProjectFolder("another", [])).toBeUndefined();
});
