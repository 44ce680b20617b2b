-- One vulnerability of one library, in the tables that Dependency-Check fills from the NVD.
INSERT INTO vulnerability (cve, description, v3BaseScore, v3BaseSeverity, v3Version, v3AttackVector, v3AttackComplexity,
  v3PrivilegesRequired, v3UserInteraction, v3Scope, v3ConfidentialityImpact, v3IntegrityImpact, v3AvailabilityImpact)
VALUES ('CVE-2026-1003', 'Reads beyond the end. More follows.', 9.8, 'CRITICAL', '3.1', 'NETWORK', 'LOW',
  'NONE', 'NONE', 'UNCHANGED', 'HIGH', 'HIGH', 'HIGH');
INSERT INTO cpeEntry (part, vendor, product, version, update_version, edition, lang, sw_edition, target_sw, target_hw, other, ecosystem)
VALUES ('a', 'apache', 'commons_io', '*', '*', '*', '*', '*', '*', '*', '*', 'java');
INSERT INTO software (cveid, cpeEntryId, versionEndExcluding, vulnerable)
SELECT v.id, c.id, '2.16.0', TRUE FROM vulnerability v, cpeEntry c;
