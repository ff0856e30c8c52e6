import { readFileSync } from "node:fs";
import { parse, parseDocument, Scalar, visit, type YAMLMap } from "yaml";
import type { Pipeline } from "./flags.ts";

/** A pipeline file of docs/pipelines/, written for users who copy it by hand. */
export interface Template {
  /** Path from the root of the repository, where CI systems look for pipelines. */
  readonly path: string;
  readonly text: string;
}

export interface Adaptation {
  readonly stack: string;
  /** Path of the project's folder from the root of the repository; "" if they are the same. */
  readonly folder: string;
}

/** Target path of each file in docs/pipelines/. */
const targetPaths = {
  github: {
    "github/messages.yml": ".github/workflows/messages.yml",
    "github/messages-plan.yml": ".github/workflows/messages-plan.yml",
    "github/messages-deploy.yml": ".github/workflows/messages-deploy.yml",
    "github/messages-drift.yml": ".github/workflows/messages-drift.yml",
  },
  gitlab: { "gitlab/messages.gitlab-ci.yml": ".gitlab-ci.yml" },
  none: {},
} as const satisfies Record<Pipeline, Readonly<Record<string, string>>>;

const docs = new URL("../../../docs/pipelines/", import.meta.url);

/** Reads the files of a pipeline, which are part of the package. */
export function readTemplates(ci: Pipeline): readonly Template[] {
  return Object.entries(targetPaths[ci]).map(([file, path]) => ({
    path,
    text: readFileSync(new URL(file, docs), "utf8"),
  }));
}

/** Sets the stack and the folder of a pipeline. Everything else is kept, including its comments. Pure. */
export function adaptTemplate({ path, text }: Template, { stack, folder }: Adaptation): Template {
  const document = parseDocument(text);
  // GitHub's workflows take both as inputs; only the one that calls them names a stack.
  if (document.hasIn(["on", "workflow_call"])) return { path, text };
  const keyPaths = document.has("jobs")
    ? (document.get("jobs") as YAMLMap<Scalar<string>>).items.map(({ key }) => ["jobs", key.value, "with"])
    : [["variables"]];
  const [stackKey, folderKey] = document.has("jobs") ? ["stack", "folder"] : ["MESSAGES_STACK", "MESSAGES_FOLDER"];
  let changed = false;
  const set = (at: readonly string[], value: string) => {
    const scalar = document.getIn(at, true);
    if (!(scalar instanceof Scalar)) throw new Error(`${path} has no ${at.join(".")}`);
    if (scalar.value === value) return;
    scalar.value = value;
    changed = true;
    // GitLab reads YAML 1.1, in which "on" and "1_000" are not strings.
    if (parse(value, { version: "1.1" }) !== value) scalar.type = Scalar.QUOTE_DOUBLE;
  };
  for (const keys of keyPaths) {
    set([...keys, stackKey], stack);
    if (folder !== "") set([...keys, folderKey], folder);
  }
  if (folder !== "") {
    visit(document.getIn(["on", "push", "paths"]) as null, {
      Scalar(_, scalar) {
        scalar.value = `${folder}/${scalar.value}`;
      },
    });
  }
  return { path, text: changed ? document.toString({ lineWidth: 0, flowCollectionPadding: false }) : text };
}
