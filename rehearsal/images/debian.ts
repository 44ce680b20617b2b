/**
 * The release of Debian of which images are made whose programs have to be new, whatever the machine runs: its PostgreSQL, RabbitMQ,
 * Redis and HAProxy are of the major versions that manifests name.
 */
export const DEBIAN = "trixie";
