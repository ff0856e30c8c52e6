import { readFileSync } from "node:fs";
import { parse, parseDocument, Scalar, visit } from "yaml";
import type { Pipeline } from "./flags.ts";

/** A pipeline's file, as the pages have it for those who copy it. */
export interface Template {
  /** From the repository's root, where pipelines are looked for. */
  readonly path: string;
  readonly text: string;
}

export interface Adaptation {
  readonly stack: string;
  /** The project's folder as seen from the repository's root; "" where they are the same. */
  readonly folder: string;
}

/** Where each file of docs/pipelines/ belongs. */
const places = {
  github: {
    "github/messages-plan.yml": ".github/workflows/messages-plan.yml",
    "github/messages-deploy.yml": ".github/workflows/messages-deploy.yml",
  },
  gitlab: { "gitlab/messages.gitlab-ci.yml": ".gitlab-ci.yml" },
  none: {},
} as const satisfies Record<Pipeline, Readonly<Record<string, string>>>;

const docs = new URL("../../../docs/pipelines/", import.meta.url);

/** Reads the files of a pipeline, which the package brings along. */
export function readTemplates(ci: Pipeline): readonly Template[] {
  return Object.entries(places[ci]).map(([file, path]) => ({ path, text: readFileSync(new URL(file, docs), "utf8") }));
}

/** Sets the stack and the folder of a pipeline. Everything else, its comments too, stays as it is. Pure. */
export function adaptTemplate({ path, text }: Template, { stack, folder }: Adaptation): Template {
  const document = parseDocument(text);
  const set = (key: string, value: string) => {
    const at = [document.has("env") ? "env" : "variables", key];
    const scalar = document.getIn(at, true);
    if (!(scalar instanceof Scalar)) throw new Error(`${path} has no ${at.join(".")}`);
    if (scalar.value === value) return false;
    scalar.value = value;
    // GitLab reads YAML 1.1, where "on" and "1_000" are no text.
    if (parse(value, { version: "1.1" }) !== value) scalar.type = Scalar.QUOTE_DOUBLE;
    return true;
  };
  const stackSet = set("STACK", stack);
  const folderSet = folder !== "" && set("FOLDER", folder);
  if (folderSet) {
    visit(document.getIn(["on", "push", "paths"]) as null, {
      Scalar(_, scalar) {
        scalar.value = `${folder}/${scalar.value}`;
      },
    });
  }
  return {
    path,
    text: stackSet || folderSet ? document.toString({ lineWidth: 0, flowCollectionPadding: false }) : text,
  };
}
