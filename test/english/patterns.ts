/** A phrase that the project does not use, and what to write instead. */
export interface Pattern {
  readonly name: string;
  readonly regex: RegExp;
  readonly instead: string;
}

/** Patterns apply to one sentence or paragraph at a time, with each line break replaced by a space. */
export const patterns: readonly Pattern[] = [
  {
    name: "Where as a condition",
    regex: /(?<=^|[.;:!?)] |[-*|] )Where (?!to\b)[^.;:?]*,|\b(?:also|even|only|but|except) where\b/g,
    instead: '"If …" or "When …"',
  },
  { name: "told", regex: /\b(?:tell|tells|told|telling)\b/gi, instead: '"reports", "logs", "is passed"' },
  { name: "said", regex: /\bsaid\b/gi, instead: '"reported", "specified"' },
  {
    name: "a thing knows",
    regex:
      /\b(?:ledger|state|journal|file|configuration|manifest|schema|plan|type|function|Pulumi|API)s? (?:know|knows|knew)\b/gi,
    instead: '"contains", "defines", "stores"',
  },
  {
    name: "unnamed actor",
    regex: /\b(?:whoever|whomever|nobody|somebody|anybody|everybody)\b|\bthose who\b/gi,
    instead: "the actor: caller, author, user, consumer",
  },
  {
    name: "stands, lies",
    regex: /\b(?:stands?|stood|standing) (?!for\b|-)|\b(?:stands|stood)[.,;:)]|\b(?:lies|lay) (?!out\b)/gi,
    instead: '"is", "is stored"',
  },
  {
    name: "is no X",
    regex: /(?<!\bthere )\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|fewer\b|need\b)[a-z]+/gi,
    instead: '"is not a valid X"',
  },
  {
    name: "messages go",
    regex: /\b(?:go|goes|went|going) (?:again|anew|out|once|on|unasked|together)\b/gi,
    instead: '"is pushed", "is sent", "continues"',
  },
  {
    name: "the engine",
    regex: /\bthe engine\b|\bengine's\b|\bPulumi's engine\b/gi,
    instead: '"Pulumi", "the Pulumi CLI", "the Pulumi state"',
  },
  { name: "beside", regex: /\bbesides?\b/gi, instead: '"next to", "in addition to", "compared with"' },
  { name: "people", regex: /\bpeople\b/gi, instead: '"users", "for display", or nothing' },
  { name: "becomes of", regex: /\b(?:become|becomes|became|came|comes) of\b/gi, instead: '"result", "outcome"' },
  {
    name: "taken for",
    regex: /\btaken for\b|\btak(?:e|es|ing) (?:it|them|this|that) for\b/gi,
    instead: '"treated as", "mistaken for"',
  },
  { name: "filler", regex: /\bby now\b|\bsurely\b|\ball the same\b/gi, instead: 'nothing, or "already", "still"' },
  {
    name: "as it is",
    regex: /\bas (?:it|they) (?:is|was|are|were)(?=[.,;:)]|$)|\bleaves? (?:it|them) as\b/gi,
    instead: '"unchanged", "verbatim"',
  },
  {
    name: "a line each",
    regex: /\ba (?:line|file|row|message|manifest|segment|request) each\b/gi,
    instead: '"one per line"',
  },
  { name: "undefined:", regex: /\bundefined: /g, instead: '"undefined if …"' },
  { name: "object first", regex: /(?<=^|[.;] )Of (?!course\b)[a-z]/g, instead: "subject, verb, object" },
];
