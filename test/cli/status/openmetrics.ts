/** A sample of a metric. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Parses metrics strictly: only gauges, in the part of the grammar that Prometheus's text format 0.0.4 and OpenMetrics 1.0 share.
 *
 * @throws Error for anything else, and for a series that is there twice
 */
export function parseGauges(text: string): ReadonlyMap<string, readonly Sample[]> {
  if (!text.endsWith("# EOF\n")) throw new Error("the text does not end with # EOF and a line feed");
  const lines = text.slice(0, -"# EOF\n".length).split("\n").slice(0, -1);
  const families = new Map<string, Sample[]>();
  let help = "";
  let current = "";
  for (const line of lines) {
    const [, described] = /^# HELP ([a-z_]+) [^\\"]+$/.exec(line) ?? [];
    const [, typed] = /^# TYPE ([a-z_]+) gauge$/.exec(line) ?? [];
    if (described !== undefined) {
      help = described;
    } else if (typed !== undefined) {
      if (typed !== help || families.has(typed)) throw new Error(`there is no help for ${typed}, or it is there twice`);
      current = typed;
      families.set(typed, []);
    } else {
      const { name, ...sample } = parseSample(line);
      const family = families.get(current);
      if (family === undefined || name !== current) throw new Error(`a sample is outside of its family: ${line}`);
      const isSame = ({ labels }: Sample) => JSON.stringify(labels) === JSON.stringify(sample.labels);
      if (family.some(isSame)) throw new Error(`the series is there twice: ${line}`);
      family.push(sample);
    }
  }
  const empty = [...families].filter(([, samples]) => samples.length === 0);
  if (empty.length > 0)
    throw new Error(`there are families without samples: ${empty.map(([name]) => name).join(", ")}`);
  return families;
}

function parseSample(line: string): Sample & { readonly name: string } {
  const [, name = "", inner = "", value = ""] = /^([a-z_]+)\{(.*)\} (-?\d+(?:\.\d+)?)$/.exec(line) ?? [];
  if (name === "") throw new Error(`this is not a sample: ${line}`);
  const labels: Record<string, string> = {};
  const label = /([a-z_]+)="((?:[^"\\]|\\[\\n"])*)"(?:,(?!$)|$)/y;
  while (label.lastIndex < inner.length) {
    const found = label.exec(inner);
    if (found === null) throw new Error(`these are not labels: ${inner}`);
    const [, key = "", text = ""] = found;
    if (key in labels) throw new Error(`the label ${key} is there twice`);
    labels[key] = text.replace(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
  }
  return { name, labels, value: Number(value) };
}
