export const formats = ["text", "json", "github", "gitlab", "sarif"] as const;
export type Format = (typeof formats)[number];

export interface ValidateFlags {
  readonly format: Format;
  readonly stack?: string;
}
