import { resolveAddress, splitFragment } from "./address.ts";
import { type Dialect, findDialect } from "./dialects.ts";
import type { Located, Resource, SchemaFile, SchemaObject, SchemaValue, Steps } from "./types.ts";

/** Called with a problem of a schema. */
export type OnSchemaFault = (located: Pick<Located, "file" | "steps">, what: string, next: string) => void;

export function isSchemaObject(value: SchemaValue | undefined): value is SchemaObject {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.getPrototypeOf(value) === Object.prototype
  );
}

/** The position of a schema in a file, and what it inherits from the schema around it. */
interface Position extends Pick<Located, "file" | "steps"> {
  /** The resource of the schema around it; undefined for the root of a file. */
  readonly parent: Resource | undefined;
  /** The address that a relative `$id` is resolved against. */
  readonly base: string;
  readonly dialect: Dialect;
}

/** Stores every schema of the files that were read, by address, by anchor and by location. */
export class Registry {
  readonly resources = new Map<string, Resource>();
  readonly #located = new Map<object, Located>();
  readonly #onFault: OnSchemaFault;

  constructor(onFault: OnSchemaFault) {
    this.#onFault = onFault;
  }

  /**
   * Adds a file.
   *
   * @param address of the file
   * @param inherited the dialect if the file does not set one
   */
  add(file: SchemaFile, address: string, inherited: Dialect): Resource {
    const located = this.#visit(file.value, {
      file,
      steps: [],
      parent: undefined,
      base: address,
      dialect: inherited,
    });
    this.resources.set(address, located.resource);
    return located.resource;
  }

  /** Returns the target of a fragment of a resource. */
  find(resource: Resource, fragment: string): Located | undefined {
    if (fragment === "") return resource.root;
    if (!fragment.startsWith("/")) return resource.anchors.get(fragment) ?? resource.dynamicAnchors.get(fragment);
    let { schema } = resource.root;
    let steps = resource.root.steps;
    let here = resource.root;
    for (const raw of fragment.slice(1).split("/")) {
      const step = raw.replaceAll("~1", "/").replaceAll("~0", "~");
      const inner = child(schema, step);
      if (inner === undefined) return undefined;
      schema = inner;
      steps = [...steps, step];
      here = (isSchemaObject(schema) && this.#located.get(schema)) || here;
    }
    return this.locate(schema, steps, here);
  }

  /** Returns a schema by its location in another, even if no schema is expected there. */
  locate(schema: SchemaValue, steps: Steps, around: Located): Located {
    if (isSchemaObject(schema)) {
      const known = this.#located.get(schema);
      const { file, resource } = around;
      return (
        known ?? this.#visit(schema, { file, steps, parent: resource, base: resource.uri, dialect: resource.dialect })
      );
    }
    return { schema, resource: around.resource, file: around.file, steps };
  }

  #visit(schema: SchemaValue, position: Position): Located {
    const { file, steps } = position;
    const resource = this.#resourceOf(schema, position);
    const isRoot = resource !== position.parent;
    const located = isRoot ? resource.root : { schema, resource, file, steps };
    if (!isSchemaObject(schema)) return located;
    this.#located.set(schema, located);
    const { dialect } = resource;
    this.#anchor(schema, located);
    for (const [keyword, value] of Object.entries(schema)) {
      const holds = dialect.keywords.get(keyword);
      const visit = (inner: SchemaValue, more: Steps) => {
        if (!isSchemaObject(inner)) return;
        this.#visit(inner, {
          file,
          steps: [...steps, keyword, ...more],
          parent: resource,
          base: resource.uri,
          dialect,
        });
      };
      if (holds === "schema" || (holds === "schemaOrList" && !Array.isArray(value))) visit(value, []);
      else if ((holds === "list" || holds === "schemaOrList") && Array.isArray(value)) {
        for (const [index, inner] of value.entries()) visit(inner, [String(index)]);
      } else if ((holds === "map" || holds === "schemasOrNames") && isSchemaObject(value)) {
        for (const [key, inner] of Object.entries(value)) visit(inner, [key]);
      }
    }
    return located;
  }

  #resourceOf(schema: SchemaValue, position: Position): Resource {
    const { file, steps, parent, base } = position;
    const object = isSchemaObject(schema) ? schema : {};
    const declared = typeof object.$schema === "string" ? findDialect(object.$schema) : undefined;
    const dialect = declared ?? position.dialect;
    const ignored = dialect.refStandsAlone && object.$ref !== undefined;
    const id = typeof object.$id === "string" && !ignored ? object.$id : undefined;
    // In draft-07, an $id with only a fragment names a location, not a resource.
    const own = id === undefined || id.startsWith("#") ? undefined : resolveAddress(id, base);
    if (id !== undefined && !id.startsWith("#") && own === undefined) {
      const what = `the $id ${JSON.stringify(id)} is not an address`;
      this.#onFault(
        { file, steps: [...steps, "$id"] },
        what,
        "Write an address such as https://example.com/order.json.",
      );
    }
    if (parent !== undefined && own === undefined) return parent;
    const uri = splitFragment(own ?? base).uri;
    const resource: Resource = {
      uri,
      dialect,
      root: { schema, resource: undefined as never, file, steps },
      anchors: new Map(),
      dynamicAnchors: new Map(),
      recursive: object.$recursiveAnchor === true && dialect.keywords.has("$recursiveAnchor"),
    };
    (resource.root as { resource: Resource }).resource = resource;
    const other = this.resources.get(uri);
    if (other !== undefined && other.root.schema !== schema && own !== undefined) {
      const what = `the $id ${JSON.stringify(id)} is already used by another schema, in ${other.root.file.file.path}`;
      this.#onFault({ file, steps: [...steps, "$id"] }, what, "Give each schema its own $id.");
    }
    this.resources.set(uri, resource);
    return resource;
  }

  #anchor(schema: SchemaObject, located: Located): void {
    const { anchors, dynamicAnchors, dialect } = located.resource;
    const { $id, $anchor, $dynamicAnchor } = schema;
    if (dialect.refStandsAlone) {
      if (typeof $id === "string" && schema.$ref === undefined && $id.includes("#")) {
        const name = $id.slice($id.indexOf("#") + 1);
        if (name !== "") anchors.set(name, located);
      }
      return;
    }
    if (typeof $anchor === "string") anchors.set($anchor, located);
    if (typeof $dynamicAnchor === "string" && dialect.keywords.has("$dynamicAnchor")) {
      dynamicAnchors.set($dynamicAnchor, located);
    }
  }
}

function child(schema: SchemaValue, step: string): SchemaValue | undefined {
  if (Array.isArray(schema)) return /^(?:0|[1-9]\d*)$/.test(step) ? schema[Number(step)] : undefined;
  return isSchemaObject(schema) && Object.hasOwn(schema, step) ? schema[step] : undefined;
}
