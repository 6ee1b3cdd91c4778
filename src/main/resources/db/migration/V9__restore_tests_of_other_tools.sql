-- What another tool keeps has no manifest of ours: its report says where it is from, and who vouches for its bytes.
ALTER TABLE restore_test ALTER COLUMN backup_sha256 DROP NOT NULL;
