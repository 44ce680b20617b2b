/** How to reach one cluster, and as whom: what is left of a kubeconfig when the context is chosen. */
export interface ClusterAccess {
  readonly server: URL;
  readonly tls: TlsOptions;
  /** Namespace of the context; absent: none is set. */
  readonly namespace: string | undefined;
  /** What is needed now; tokens are read again when they may have changed. */
  credentials(): Promise<Credentials>;
}

export interface TlsOptions {
  readonly ca?: Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Of a list each value is sent as a header line of its own. */
export type RequestHeaders = Readonly<Record<string, string | string[]>>;

export interface Credentials {
  readonly headers: RequestHeaders;
  /** PEM. */
  readonly cert?: Buffer | string | undefined;
  readonly key?: Buffer | string | undefined;
}
