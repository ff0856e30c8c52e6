/** The calls of the plugin for resources of one type. Inputs and outputs have the names of the real plugin. */
export interface StandinResource<Inputs> {
  /** @param olds outputs of the last run */
  diff(olds: Inputs, news: Inputs): Promise<{ changes: boolean; replaces: string[] }>;
  create(inputs: Inputs, previews: boolean): Promise<{ id: string; outs: object }>;
  read(id: string, props: Partial<Inputs>): Promise<{ id: string; props: object; inputs?: object }>;
  update(id: string, olds: Inputs, news: Inputs, previews: boolean): Promise<{ outs: object }>;
  delete(id: string, props: Inputs): Promise<void>;
}
