import type { Severity } from "../../diagnostic.ts";

interface CodeEntry {
  readonly severity: Severity;
  /** The rule in a few words, for lists of rules. docs/problems.md has the details. */
  readonly title: string;
}

const error = (title: string) => ({ severity: "error", title }) as const;
const warning = (title: string) => ({ severity: "warning", title }) as const;

/** Every problem that a manifest can have. Codes are never renamed: users search for them, and silence warnings by them. */
export const problemCodes = {
  // Files
  FOLDER_MISSING: error("The folder of manifests is missing"),
  NO_MANIFESTS: warning("The folder contains no manifest"),
  OUTSIDE_REPOSITORY: error("A file is outside the repository"),
  FILE_UNREADABLE: error("A file cannot be read"),
  FILE_TOO_LARGE: error("A manifest is too large"),
  FOREIGN_CONTENT: error("A file has content of another kind"),
  MERGE_CONFLICT: error("A merge conflict is not resolved"),
  // Text
  ENCODING: error("Text is not UTF-8"),
  CONTROL_CHARACTER: error("Text contains a character that YAML does not allow"),
  // YAML
  YAML_SYNTAX: error("Text is not valid YAML"),
  TEMPLATE_FOREIGN: error("A text uses another template language"),
  YAML_DIRECTIVE: error("A YAML directive changes the meaning of the text"),
  EMPTY_DOCUMENT: error("A YAML document is empty"),
  UNKNOWN_TAG: error("A YAML tag has no JSON equivalent"),
  DUPLICATE_KEY: error("A key is duplicated"),
  KEY_NOT_TEXT: error("A key is not text"),
  KEY_UNSAFE: error("A key has a special meaning in JavaScript"),
  MERGE_KEY: error("A merge key is not merged"),
  ALIAS_UNKNOWN: error("An alias has no anchor"),
  ALIAS_LIMIT: error("Aliases repeat too much"),
  NESTING_LIMIT: error("Values are nested too deeply"),
  EMPTY_VALUE: error("A key has no value"),
  NUMBER_NOT_EXACT: error("A number would be changed"),
  TEXT_NOT_UNICODE: error("Text contains half a character"),
  // The manifest's form
  UNKNOWN_KEY: error("A key is unknown"),
  MISSING_KEY: error("A key is missing"),
  WRONG_TYPE: error("A value has the wrong type"),
  VALUE_NOT_ALLOWED: error("A value is not allowed"),
  DUPLICATE_NAME: error("Two manifests have the same name"),
  PATH_TWICE: error("Two paths are identical on other systems"),
  UNNAMED_DOCUMENT: warning("A further document of a file has no name"),
  CONFIG_INVALID: error("The stack's configuration cannot be used"),
  QUEUE_UNKNOWN: error("The stack does not define the queue"),
  AFTER_UNKNOWN: error("after names a manifest that does not exist"),
  AFTER_CYCLE: error("Manifests wait for each other"),
  MOVED_FROM_TAKEN: error("A former name is in use"),
  DEDUP_NOT_ONCE: error("A stable id would cause later deliveries to be dropped"),
  // Variables
  VARIABLE_SYNTAX: error("A variable is not closed"),
  VARIABLE_UNKNOWN: error("A variable does not exist"),
  VARIABLE_UNDEFINED: error("A variable has no value"),
  VARIABLE_NOT_LISTED: error("A manifest does not list an environment variable"),
  VARIABLE_NOT_HERE: error("A variable is not allowed here"),
  // Valid, but probably not intended
  AMBIGUOUS_WORD: warning("A word is text that looks like another type"),
  NUMBER_SPELLING: warning("A number loses its spelling"),
  LITERAL_VARIABLE: warning("An escaped variable may be meant as a variable"),
  VARIABLE_CHANGES: warning("A variable changes a message that is pushed once"),
  BODY_IS_JSON_TEXT: warning("A body is a text that contains JSON"),
  STACK_NEVER: warning("No stack matches a manifest"),
  PUSH_IN_PRODUCTION: warning("Every deployment pushes to a production stack"),
  DUPLICATE_MESSAGE: warning("Two messages without ids are identical"),
  BODY_LARGE: warning("A body counts as several operations"),
  CREDENTIAL_IN_ID: warning("An id looks like a credential"),
  CREDENTIAL_IN_BODY: warning("A body seems to contain a credential"),
  ALLOW_UNKNOWN: warning("A comment silences a warning that does not exist"),
  // Data files
  DATA_FORMAT: error("The format of a data file is unclear"),
  DATA_COMPRESSION: error("A data file cannot be decompressed"),
  DATA_NOT_JSON: error("A row of a data file is not JSON"),
  DATA_NOT_CSV: error("A row of a data file is not CSV"),
  DATA_CELL: error("A cell does not have its column's type"),
  DATA_ROW_TOO_LONG: error("A row of a data file is too long"),
  DATA_EMPTY: warning("A data file has no rows"),
  ARRAY_ROW: warning("A row of a data file is a whole array"),
  // Messages
  TOO_MANY_MESSAGES: error("A manifest has too many messages"),
  DUPLICATE_ID: error("Two messages have the same id"),
  DEDUP_BODY: error("A body cannot hold a stable id"),
  BODY_SCHEMA_INVALID: error("A body schema is not valid"),
  BODY_SCHEMA_UNCHECKED: warning("A keyword of a body schema checks nothing"),
  BODY_NOT_VALID: error("A body does not match its schema"),
  TEXT_BODY_NOT_TEXT: error("The body of a text message is not text"),
  BODY_TOO_LARGE: error("A body is larger than the API accepts"),
} as const satisfies Record<string, CodeEntry>;

export type ProblemCode = keyof typeof problemCodes;
