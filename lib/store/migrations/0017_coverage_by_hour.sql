R"sql(
-- What was seen in an hour (UTC), over all sources: a year of one interface is half a million rows of coverage, and a report wants their sums. Of rows that
-- were watched and have their causes; the others (gaps, rows of before schema 2) are wanted one by one, and have an index of their own.
-- Triggers keep the sums, so whatever is told late, told again, purged or held is in them or gone. They need `recursive_triggers`: without it a row that
-- replaces another takes it away in silence. `total` never fails, where `sum` would by a count that is none.
CREATE TABLE coverage_hour(
  hour    INTEGER PRIMARY KEY,
  rows    INTEGER NOT NULL,
  last_us INTEGER NOT NULL, -- by then all of them had ended
  seen INTEGER NOT NULL, lost_in_kernel INTEGER NOT NULL, lost_in_queue INTEGER NOT NULL, refused INTEGER NOT NULL, named INTEGER NOT NULL,
  unnamed_ech INTEGER NOT NULL, unnamed_doh INTEGER NOT NULL, unnamed_tunnel INTEGER NOT NULL, unnamed_other INTEGER NOT NULL, bypass_doh INTEGER NOT NULL,
  bypass_dot INTEGER NOT NULL, bypass_doq INTEGER NOT NULL, bypass_relay INTEGER NOT NULL, bypass_wireguard INTEGER NOT NULL, bypass_openvpn INTEGER NOT NULL,
  bypass_ike INTEGER NOT NULL, canary INTEGER NOT NULL, ddr INTEGER NOT NULL, tls_without_dns INTEGER NOT NULL, tls_with_dns INTEGER NOT NULL,
  ambiguous INTEGER NOT NULL
) STRICT;
INSERT INTO coverage_hour SELECT from_us / 3600000000, count(*), max(to_us),
    CAST(total(seen) AS INTEGER), CAST(total(lost_in_kernel) AS INTEGER), CAST(total(lost_in_queue) AS INTEGER), CAST(total(refused) AS INTEGER),
    CAST(total(named) AS INTEGER), CAST(total(unnamed_ech) AS INTEGER), CAST(total(unnamed_doh) AS INTEGER), CAST(total(unnamed_tunnel) AS INTEGER),
    CAST(total(unnamed_other) AS INTEGER), CAST(total(bypass_doh) AS INTEGER), CAST(total(bypass_dot) AS INTEGER), CAST(total(bypass_doq) AS INTEGER),
    CAST(total(bypass_relay) AS INTEGER), CAST(total(bypass_wireguard) AS INTEGER), CAST(total(bypass_openvpn) AS INTEGER),
    CAST(total(bypass_ike) AS INTEGER), CAST(total(canary) AS INTEGER), CAST(total(ddr) AS INTEGER), CAST(total(tls_without_dns) AS INTEGER),
    CAST(total(tls_with_dns) AS INTEGER), CAST(total(ambiguous) AS INTEGER)
  FROM coverage WHERE state = 0 AND bypass_doh IS NOT NULL GROUP BY from_us / 3600000000;
CREATE INDEX coverage_apart ON coverage(from_us) WHERE state <> 0 OR bypass_doh IS NULL;
CREATE TRIGGER coverage_told AFTER INSERT ON coverage WHEN NEW.state = 0 AND NEW.bypass_doh IS NOT NULL BEGIN
  INSERT INTO coverage_hour VALUES (NEW.from_us / 3600000000, 1, NEW.to_us,
    NEW.seen, NEW.lost_in_kernel, NEW.lost_in_queue, NEW.refused, NEW.named, NEW.unnamed_ech, NEW.unnamed_doh, NEW.unnamed_tunnel, NEW.unnamed_other,
    NEW.bypass_doh, NEW.bypass_dot, NEW.bypass_doq, NEW.bypass_relay, NEW.bypass_wireguard, NEW.bypass_openvpn, NEW.bypass_ike, NEW.canary, NEW.ddr,
    NEW.tls_without_dns, NEW.tls_with_dns, NEW.ambiguous)
  ON CONFLICT(hour) DO UPDATE SET rows = rows + 1, last_us = max(last_us, NEW.to_us),
    seen = seen + NEW.seen, lost_in_kernel = lost_in_kernel + NEW.lost_in_kernel, lost_in_queue = lost_in_queue + NEW.lost_in_queue,
    refused = refused + NEW.refused, named = named + NEW.named, unnamed_ech = unnamed_ech + NEW.unnamed_ech, unnamed_doh = unnamed_doh + NEW.unnamed_doh,
    unnamed_tunnel = unnamed_tunnel + NEW.unnamed_tunnel, unnamed_other = unnamed_other + NEW.unnamed_other, bypass_doh = bypass_doh + NEW.bypass_doh,
    bypass_dot = bypass_dot + NEW.bypass_dot, bypass_doq = bypass_doq + NEW.bypass_doq, bypass_relay = bypass_relay + NEW.bypass_relay,
    bypass_wireguard = bypass_wireguard + NEW.bypass_wireguard, bypass_openvpn = bypass_openvpn + NEW.bypass_openvpn,
    bypass_ike = bypass_ike + NEW.bypass_ike, canary = canary + NEW.canary, ddr = ddr + NEW.ddr, tls_without_dns = tls_without_dns + NEW.tls_without_dns,
    tls_with_dns = tls_with_dns + NEW.tls_with_dns, ambiguous = ambiguous + NEW.ambiguous;
END;
CREATE TRIGGER coverage_gone AFTER DELETE ON coverage WHEN OLD.state = 0 AND OLD.bypass_doh IS NOT NULL BEGIN
  UPDATE coverage_hour SET rows = rows - 1,
    seen = seen - OLD.seen, lost_in_kernel = lost_in_kernel - OLD.lost_in_kernel, lost_in_queue = lost_in_queue - OLD.lost_in_queue,
    refused = refused - OLD.refused, named = named - OLD.named, unnamed_ech = unnamed_ech - OLD.unnamed_ech, unnamed_doh = unnamed_doh - OLD.unnamed_doh,
    unnamed_tunnel = unnamed_tunnel - OLD.unnamed_tunnel, unnamed_other = unnamed_other - OLD.unnamed_other, bypass_doh = bypass_doh - OLD.bypass_doh,
    bypass_dot = bypass_dot - OLD.bypass_dot, bypass_doq = bypass_doq - OLD.bypass_doq, bypass_relay = bypass_relay - OLD.bypass_relay,
    bypass_wireguard = bypass_wireguard - OLD.bypass_wireguard, bypass_openvpn = bypass_openvpn - OLD.bypass_openvpn,
    bypass_ike = bypass_ike - OLD.bypass_ike, canary = canary - OLD.canary, ddr = ddr - OLD.ddr, tls_without_dns = tls_without_dns - OLD.tls_without_dns,
    tls_with_dns = tls_with_dns - OLD.tls_with_dns, ambiguous = ambiguous - OLD.ambiguous
    WHERE hour = OLD.from_us / 3600000000;
  DELETE FROM coverage_hour WHERE hour = OLD.from_us / 3600000000 AND rows = 0;
END;
CREATE TRIGGER coverage_never_changes BEFORE UPDATE ON coverage BEGIN
  SELECT RAISE(ABORT, 'a row of coverage is told again, never changed');
END;
)sql"
