export { type ReleaseQuery, releaseQueries } from "./objective-queries.ts";
