/** Maximum nesting of values in YAML and JSON. Far more than anyone writes by hand, and safe for every recursive parser. */
export const maxDepth = 64;
