/** Reasons by rule and fixture. */
type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Fixtures that no API server takes for an object, whatever a policy says: it refuses them before any is asked. */
export const NO_OBJECT: Reasons = {};

/** Fixtures that read otherwise once the API server has written its defaults into them. */
export const NOT_SEEN: Reasons = {};
