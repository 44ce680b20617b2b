/** Container images for nodes that run them, made without a registry or a daemon. */
export type { ImageDescription } from "./description.ts";
export { type ImageOptions, type PreparedImage, prepareImage, prepareImages } from "./prepare.ts";
export { IMAGES, imageFor } from "./table.ts";
