R"sql(
-- What went past the sensor, counted by kind for a source and minute, and never for a client. NULL in rows of before: it was not measured.
ALTER TABLE coverage ADD COLUMN bypass_doh INTEGER;
ALTER TABLE coverage ADD COLUMN bypass_dot INTEGER;
ALTER TABLE coverage ADD COLUMN bypass_doq INTEGER;
ALTER TABLE coverage ADD COLUMN bypass_relay INTEGER;
ALTER TABLE coverage ADD COLUMN bypass_wireguard INTEGER;
ALTER TABLE coverage ADD COLUMN bypass_openvpn INTEGER;
ALTER TABLE coverage ADD COLUMN bypass_ike INTEGER;
ALTER TABLE coverage ADD COLUMN canary INTEGER;
ALTER TABLE coverage ADD COLUMN ddr INTEGER;
ALTER TABLE coverage ADD COLUMN tls_without_dns INTEGER;
ALTER TABLE coverage ADD COLUMN tls_with_dns INTEGER;
ALTER TABLE coverage ADD COLUMN ambiguous INTEGER;
)sql"
