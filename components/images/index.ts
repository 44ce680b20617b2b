export { IMAGES, type Image, type ImageName, image, imageTag } from "./catalogue.ts";
export { type ImageLock, type LockedImage, pinImages } from "./lock.ts";
