/**
 * What a PostgreSQL with pgaudit records of statements: those that change what there is (`ddl`) and who may do what (`role`), of everybody. No values: neither
 * those of parameters, nor a password, which pgaudit leaves out itself. Reading and writing of rows is not among them: whose they were is in
 * the audit events of services, and a statement would tell it only with the values in its text.
 */
export const AUDITED_STATEMENTS: Readonly<Record<string, string>> = {
  "pgaudit.log": "ddl, role",
  // What psql and the server's own tools ask of the catalog is no access to data.
  "pgaudit.log_catalog": "off",
  "pgaudit.log_parameter": "off",
};

/**
 * Has pgaudit record every reading of a table that this role was granted by its name, whoever reads: of audit events, and of nothing else. The role is one
 * that PostgreSQL brings, and could read them anyway as far as rights go. A line is written at once: it stays when the reader's transaction does not. pgaudit passes over
 * what a function reads with a right that who has logged in is no member of.
 */
export const RECORDED_READING = { "pgaudit.role": "pg_read_all_data" } as const;

/** What keeps values out of every other line of the log: those of parameters, of a slow statement and of one that failed. */
export const NO_VALUES: Readonly<Record<string, string>> = {
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0",
};
