import { imageTagPinned } from "./image-tag-pinned.ts";

export const IMAGES = [imageTagPinned] as const;
