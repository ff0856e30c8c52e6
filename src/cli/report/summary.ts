import { formatCount, formatNumber } from "../../format.ts";
import { escapeText } from "./escape.ts";
import { formatDay } from "./format.ts";
import type { QueueReport, QueueRun, RunType } from "./model.ts";

interface Tile {
  readonly name: string;
  readonly value: string;
  /** A detail below the value. */
  readonly detail: string;
  readonly isWarning?: boolean;
}

/** Renders the figures of the whole stack. */
export function summary(queues: readonly QueueReport[]): string {
  const all = queues.flatMap(({ runs }) => runs);
  const runs = [...new Map(all.map((run) => [run.version, run])).values()];
  const of = (type: RunType) => runs.filter((run) => run.type === type).length;
  const tiles: readonly Tile[] = [
    {
      name: "Messages pushed",
      value: formatNumber(sum(all, ({ pushed }) => pushed)),
      detail: `in ${formatCount(
        sum(all, ({ requests }) => requests),
        "request",
      )}`,
    },
    deployments(of("deployment"), of("failed"), of("repair")),
    inDoubt(sum(queues, ({ runs: own }) => own.at(-1)?.inDoubt ?? 0)),
    backlog(queues),
  ];
  return `<dl class="tiles">${tiles.map(tile).join("")}</dl>`;
}

function deployments(succeeded: number, failed: number, repairs: number): Tile {
  const details = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(repairs > 0 ? [formatCount(repairs, "repair")] : []),
  ];
  return {
    name: "Deployments",
    value: formatNumber(succeeded + failed),
    detail: details.join(", ") || "none failed",
    isWarning: failed > 0,
  };
}

function inDoubt(messages: number): Tile {
  const detail = messages === 0 ? "nothing to settle" : "see settle";
  return { name: "In doubt now", value: formatNumber(messages), detail, isWarning: messages > 0 };
}

function backlog(queues: readonly QueueReport[]): Tile {
  const known = queues.flatMap(({ runs }) => runs.findLast(({ metrics }) => metrics !== undefined) ?? []);
  const at = known
    .map((run) => run.at)
    .sort()
    .at(-1);
  return {
    name: "In the queues",
    value: at === undefined ? "–" : formatNumber(sum(known, ({ metrics }) => metrics?.backlog_count ?? 0)),
    detail: at === undefined ? "not known" : `on ${formatDay(at, { year: true })}`,
  };
}

function tile({ name, value, detail, isWarning }: Tile): string {
  const type = isWarning === true ? ' class="warn"' : "";
  return `<div><dt>${escapeText(name)}</dt><dd${type}>${escapeText(value)}<small>${escapeText(detail)}</small></dd></div>`;
}

function sum<Item extends QueueRun | QueueReport>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
