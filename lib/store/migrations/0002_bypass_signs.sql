R"sql(
-- What went past the sensor, counted by kind for a source and minute, and never for a client. Rows of before did not count it: 0.
ALTER TABLE coverage ADD COLUMN bypass_doh       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE coverage ADD COLUMN bypass_dot       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE coverage ADD COLUMN bypass_doq       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE coverage ADD COLUMN bypass_relay     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE coverage ADD COLUMN bypass_wireguard INTEGER NOT NULL DEFAULT 0;
ALTER TABLE coverage ADD COLUMN bypass_openvpn   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE coverage ADD COLUMN bypass_ike       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE coverage ADD COLUMN canary           INTEGER NOT NULL DEFAULT 0;
ALTER TABLE coverage ADD COLUMN ddr              INTEGER NOT NULL DEFAULT 0;
ALTER TABLE coverage ADD COLUMN tls_without_dns  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE coverage ADD COLUMN tls_with_dns     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE coverage ADD COLUMN ambiguous        INTEGER NOT NULL DEFAULT 0;
)sql"
