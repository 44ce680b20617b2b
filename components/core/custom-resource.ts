/** A custom resource, as far as we set it. `Spec` is written by hand from the CRD; the API server checks it again. */
export interface Manifest<ApiVersion extends string, Kind extends string, Spec> {
  apiVersion: ApiVersion;
  kind: Kind;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: Spec;
}

/** Makes the engine wait until the custom resource says that it stands. */
export function waitFor(condition: string): Record<string, string> {
  return { "pulumi.com/waitFor": `condition=${condition}` };
}
