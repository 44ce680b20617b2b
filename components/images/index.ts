export { IMAGES, type Image, type ImageName, image, imageTag } from "./catalogue.ts";
