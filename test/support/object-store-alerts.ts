import { complete } from "../../components/data/object-store/args.ts";
import { watched } from "../../components/data/object-store/monitoring.ts";
import { disk, one, type Series, STORE, type Tried } from "./alert-series.ts";

/** What one program of an object store shows. */
const program = (metric: string, container: string, index: number, more = "") => {
  const set = container === "volume" ? "volume" : "server";
  return `${metric}{namespace="data",pod="objects-${set}-${index}",container="${container}"${more}}`;
};
const programs = (metric: string, container: string, ...values: number[]): Series =>
  Object.fromEntries(values.map((value, index) => [program(metric, container, index), `${value}x60`]));
const running = (container: string, count: number): Series =>
  programs("SeaweedFS_build_info", container, ...Array<number>(count).fill(1));
const etcd = (...leaders: number[]): Series => programs("etcd_server_has_leader", "etcd", ...leaders);
const servers = (gateways: number): Series => ({
  ...etcd(1, 1, 1),
  ...running("master", 3),
  ...running("gateway", gateways),
});
const database = (used: number): Series => ({
  [program("etcd_mvcc_db_total_size_in_bytes", "etcd", 1)]: `${used}x60`,
  [program("etcd_server_quota_backend_bytes", "etcd", 1)]: "100x60",
});
/** Volumes without a second copy, as two masters know them; the first leads. */
const lacking = (leader: string, follower: string): Series => ({
  ...programs("SeaweedFS_master_is_leader", "master", 1, 0, 0),
  [program("SeaweedFS_master_replica_placement_mismatch", "master", 0, ',collection="backups",id="1"')]: leader,
  [program("SeaweedFS_master_replica_placement_mismatch", "master", 1, ',collection="backups",id="1"')]: follower,
});
const answers = (good: number, bad: number): Series => ({
  [program("SeaweedFS_s3_request_total", "gateway", 0, ',type="PUT",code="200"')]: `0+${good}x60`,
  [program("SeaweedFS_s3_request_total", "gateway", 1, ',type="PUT",code="500"')]: `0+${bad}x60`,
});
const readOnly = (values: string): Series =>
  one(program("SeaweedFS_volumeServer_read_only_volumes", "volume", 0, ',type="IsReadOnly"'), values);
const ioError = (value: number): Series => programs("SeaweedFS_volumeServer_disk_error_status", "volume", 0, value);

/** An object store `objects`. */
export const OBJECT_STORE: Tried = {
  watched: watched("objects", complete({ ...STORE, buckets: { backups: {} } })),
  told: {
    ObjectStoreNoMetadata: { fires: etcd(0, 0), silent: etcd(0, 0, 1) },
    ObjectStoreNoMaster: {
      fires: { ...programs("SeaweedFS_master_is_leader", "master", 0, 0), ...running("master", 2) },
      silent: programs("SeaweedFS_master_is_leader", "master", 0, 1, 0),
    },
    ObjectStoreNoGateway: { fires: running("master", 3), silent: running("gateway", 1) },
    ObjectStoreWritesBlocked: { fires: running("volume", 1), silent: running("volume", 2) },
    ObjectStoreErrors: { fires: answers(940, 60), silent: answers(960, 40) },
    ObjectStoreServerMissing: { fires: servers(2), silent: servers(3) },
    ObjectStoreVolumeServerMissing: { fires: running("volume", 2), silent: running("volume", 3) },
    ObjectStoreCopiesMissing: { fires: lacking("1x60", "0x60"), silent: lacking("0x60", "1x60") },
    ObjectStoreDiskFails: { fires: ioError(1), silent: ioError(0) },
    ObjectStoreReadOnly: { fires: readOnly("2x60"), silent: readOnly("2x20 0x40") },
    ObjectStoreMetadataFilling: { fires: database(81), silent: database(80) },
    ObjectStoreDiskFilling: { fires: disk("data-objects-volume-1", 19), silent: disk("data-objects-volume-1", 21) },
    ObjectStoreDiskFull: { fires: disk("data-objects-server-0", 9), silent: disk("data-objects-other-0", 9) },
  },
};
