import type { Consumer, Grant } from "../../components/core/usage.ts";
import type { Bucket } from "../../components/data/index.ts";
import { certificatePlan } from "../../components/edge/certificate-plan.ts";
import type { Issuer } from "../../components/edge/issuer.ts";
import { issuerRef } from "../../components/edge/issuer-plan.ts";
import { BARMAN_CLOUD_SIDECAR } from "../../rehearsal/images/barman-cloud.ts";
import { SEAWEEDFS } from "../../rehearsal/images/seaweedfs.ts";

export const STORAGE = "storage";
export const BUCKET = "backups";
const NAME = "objects";
const PORT = 8333;
const LABELS = { "app.kubernetes.io/name": NAME };
const ADMIN = { id: "ADMIN", secret: "admin-of-a-test" };
const KEYS = {
  owner: { id: "OWNER", secret: "owner-of-a-test" },
  reader: { id: "READER", secret: "reader-of-a-test" },
};
const ENDPOINT = `https://${NAME}.${STORAGE}.svc:${PORT}`;

const IDENTITIES = {
  identities: [
    identity("admin", ADMIN, ["Admin", "Read", "Write", "List"]),
    identity("owner", KEYS.owner, [`Read:${BUCKET}`, `Write:${BUCKET}`, `List:${BUCKET}`, `Tagging:${BUCKET}`]),
    identity("reader", KEYS.reader, [`Read:${BUCKET}`, `List:${BUCKET}`]),
  ],
};

function identity(name: string, { id, secret }: typeof ADMIN, actions: string[]) {
  return { name, credentials: [{ accessKey: id, secretKey: secret }], actions };
}

/** The bucket, as an object store's component gives it. Its keys are in {@link keySecrets}. */
export function bucketOf(issuer: Issuer): Bucket {
  const usable = (right: keyof typeof KEYS) => ({
    usableName: BUCKET,
    grant: (_: Consumer): Grant => {
      const file = (key: string) => ({ secret: `${BUCKET}-${right}`, key });
      return {
        environment: { ENDPOINT, NAME: BUCKET, REGION: "us-east-1" },
        files: { ACCESS_KEY_ID: file("ACCESS_KEY_ID"), SECRET_ACCESS_KEY: file("SECRET_ACCESS_KEY") },
        issuer,
        peers: [{ namespace: STORAGE, podLabels: LABELS, port: PORT }],
        dependsOn: [],
        revision: "1",
      };
    },
  });
  const rights = { owner: usable("owner"), reader: usable("reader"), writer: usable("owner") };
  return { bucketName: BUCKET, dataClass: "confidential", ...rights };
}

/** The Secrets with the keys of both rights, in the namespace of whoever uses them. */
export function keySecrets(namespace: string): object[] {
  return Object.entries(KEYS).map(([right, { id, secret }]) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: `${BUCKET}-${right}`, namespace },
    stringData: { ACCESS_KEY_ID: id, SECRET_ACCESS_KEY: secret },
  }));
}

/** One SeaweedFS, which encrypts what it is asked to, with TLS by an issuer. */
export function objectStoreObjects(issuer: string): object[] {
  const here = { name: NAME, namespace: STORAGE };
  const mount = (name: string, mountPath: string) => ({ name, mountPath });
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: STORAGE } },
    certificatePlan({ ...here, issuer: issuerRef(issuer), dnsNames: [`${NAME}.${STORAGE}.svc`], duration: "30d" }),
    { apiVersion: "v1", kind: "Secret", metadata: here, stringData: { "s3.json": JSON.stringify(IDENTITIES) } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: here,
      spec: { selector: LABELS, ports: [{ port: PORT }] },
    },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...here, labels: LABELS },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: "weed",
            image: SEAWEEDFS.reference,
            args: [
              "server",
              "-dir=/data",
              "-filer",
              "-s3",
              `-s3.port=${PORT}`,
              "-s3.config=/etc/seaweedfs/s3.json",
              "-s3.cert.file=/tls/tls.crt",
              "-s3.key.file=/tls/tls.key",
              "-master.volumeSizeLimitMB=64",
              "-volume.max=50",
            ],
            env: [{ name: "WEED_S3_SSE_KEY", value: "key-of-a-test" }],
            readinessProbe: { tcpSocket: { port: PORT }, periodSeconds: 1 },
            volumeMounts: [
              mount("data", "/data"),
              mount("tmp", "/tmp"),
              mount("config", "/etc/seaweedfs"),
              mount("tls", "/tls"),
            ],
          },
        ],
        volumes: [
          { name: "data", emptyDir: {} },
          { name: "tmp", emptyDir: {} },
          { name: "config", secret: { secretName: NAME } },
          { name: "tls", secret: { secretName: `${NAME}-tls` } },
        ],
      },
    },
  ];
}

/** A pod in the object store's namespace that runs a script of Python once, with a client `s3` that may do everything. */
export function s3Pod(name: string, script: string): object {
  const client = `import boto3\ns3 = boto3.client("s3", endpoint_url="${ENDPOINT}")\n`;
  const env = {
    AWS_ACCESS_KEY_ID: ADMIN.id,
    AWS_SECRET_ACCESS_KEY: ADMIN.secret,
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_CA_BUNDLE: "/tls/ca.crt",
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: STORAGE },
    spec: {
      restartPolicy: "OnFailure",
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: "script",
          image: BARMAN_CLOUD_SIDECAR.reference,
          command: ["python3", "-c", client + script],
          env: Object.entries(env).map(([variable, value]) => ({ name: variable, value })),
          volumeMounts: [{ name: "tls", mountPath: "/tls", readOnly: true }],
        },
      ],
      volumes: [{ name: "tls", secret: { secretName: `${NAME}-tls`, items: [{ key: "ca.crt", path: "ca.crt" }] } }],
    },
  };
}
