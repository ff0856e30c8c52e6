import type { Pipeline } from "./flags.ts";

/**
 * The file of a pipeline that checks manifests where they are reviewed.
 *
 * @param inRepository the project's folder as seen from the repository's root, where pipelines are looked for
 */
export function pipelineFile(ci: Pipeline, inRepository: string): { path: string; text: string } | undefined {
  const up = inRepository === "" ? "" : "../".repeat(inRepository.split("/").length);
  switch (ci) {
    case "github":
      return { path: `${up}.github/workflows/messages.yml`, text: github(inRepository) };
    case "gitlab":
      return { path: `${up}.gitlab-ci.yml`, text: gitlab(inRepository) };
    case "none":
      return undefined;
    default:
      return ci satisfies never;
  }
}

function github(folder: string): string {
  const defaults = folder === "" ? "" : `    defaults: { run: { working-directory: ${JSON.stringify(folder)} } }\n`;
  return `name: messages
on:
  pull_request:
  push: { branches: [main] }
permissions: { contents: read }
jobs:
  validate:
    runs-on: ubuntu-latest
${defaults}    steps:
      - uses: actions/checkout@v5
      - uses: actions/setup-node@v5
        with: { node-version: 24 }
      - run: npm ci
      # Problems show up as annotations at their line.
      - run: npx queue-seeder validate --format github
`;
}

function gitlab(folder: string): string {
  const enter = folder === "" ? "" : `    - cd ${JSON.stringify(folder)}\n`;
  const file = "gl-code-quality-report.json";
  return `validate-messages:
  image: node:24
  script:
${enter}    - npm ci
    # Problems show up in the merge request; where there are any, the log has them too, and the job fails.
    - npx queue-seeder validate --format gitlab > ${file} || npx queue-seeder validate
  artifacts:
    when: always
    reports: { codequality: ${JSON.stringify(folder === "" ? file : `${folder}/${file}`)} }
`;
}
