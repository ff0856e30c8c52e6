import { styleText } from "node:util";
import type { PackageManager } from "../../package-manager.ts";
import { toPrintable } from "../../printable.ts";
import type { Answers } from "./answers.ts";
import type { NewFile } from "./project-files.ts";

/** The outcome for one file. */
export interface Outcome {
  readonly file: NewFile;
  readonly change: "created" | "added to" | "replaced" | "same" | "left";
}

/** Formats a report for the terminal: what was written, what was left unchanged, and the next steps. */
export function formatReport(
  path: string,
  { stack, account, queues, transport }: Answers,
  outcomes: readonly Outcome[],
  { exec, install, lockFile, run }: PackageManager,
): string {
  const bold = (text: string) => styleText("bold", text, { stream: process.stderr });
  const files = outcomes.map(({ file, change }) => `  ${words[change].padEnd(9)} ${file.path}\n`).join("");
  const left = outcomes.some(({ change }) => change === "left")
    ? "Files that were left unchanged may not fit the new ones. --force replaces them.\n"
    : "";
  const steps = [
    ...(path === "." ? [] : [[`cd ${toPrintable(path)}`, ""]]),
    [install, `then commit ${lockFile} too`],
    [`${exec} queue-seeder validate`, "checks messages/"],
    [`${run} demo`, "deploys to an emulator on this machine; needs no account"],
  ];
  const edits = transport === "worker" ? "Queues and Workers Scripts" : "Queues";
  const deploy = [
    ["mkdir -p ~/.pulumi-state", "keeps the state on this machine"],
    [`${exec} pulumi login file://~/.pulumi-state`, `or, for Pulumi Cloud: ${exec} pulumi login`],
    [`${exec} pulumi stack init ${stack}`, "asks for a passphrase, which encrypts the stack's secrets"],
    ...(account === undefined
      ? [[`${exec} pulumi config set queue-seeder:accountId ID`, "unless CLOUDFLARE_ACCOUNT_ID is set"]]
      : []),
    ...(transport === "worker"
      ? [
          [
            `openssl rand -base64 32 | ${exec} pulumi config set --secret queue-seeder:workerKey`,
            "the key with which requests to the Worker are signed",
          ],
        ]
      : []),
    [`${exec} pulumi config set --secret queue-seeder:apiToken`, `asks for a token that may edit ${edits}`],
    [`${exec} queue-seeder up --stack ${stack}`, createsText(queues)],
  ];
  return `${bold("Files")}
${files}${left}
${bold("What to do next")}
${formatList(steps)}
${bold("A real deployment")}
${formatList(deploy)}`;
}

const words = {
  created: "created",
  "added to": "added to",
  replaced: "replaced",
  same: "unchanged",
  left: "left",
} as const satisfies Record<Outcome["change"], string>;

function createsText(queues: Answers["queues"]): string {
  const created = queues.filter(({ id }) => id === undefined).map(({ name }) => name);
  return created.length === 0 ? "plans, asks, pushes" : `plans, asks, creates ${created.join(", ")}, pushes`;
}

function formatList(lines: readonly (readonly string[])[]): string {
  const width = Math.max(...lines.map(([command = ""]) => command.length));
  return lines
    .map(([command = "", why = ""]) => `  ${why === "" ? command : `${command.padEnd(width)}  # ${why}`}\n`)
    .join("");
}
