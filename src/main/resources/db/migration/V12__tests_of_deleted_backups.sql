-- A restore test outlives its backup for as long as jobs are kept. A target's last standing proof stays for ever.
ALTER TABLE restore_test ADD COLUMN backup_gone_at timestamptz;
CREATE INDEX restore_test_of_gone_backup ON restore_test (backup_gone_at) WHERE backup_gone_at IS NOT NULL;
CREATE INDEX restore_test_with_kept_copy ON restore_test (kept_on) WHERE kept_on IS NOT NULL;

UPDATE restore_test AS t SET backup_gone_at = clock_timestamp() WHERE NOT EXISTS (SELECT FROM backup AS b WHERE b.id = t.backup);

CREATE FUNCTION backup_has_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE restore_test AS t SET backup_gone_at = clock_timestamp() FROM gone WHERE t.backup = gone.id;
    RETURN NULL;
END $$;
CREATE TRIGGER backup_has_gone AFTER DELETE ON backup REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION backup_has_gone();
